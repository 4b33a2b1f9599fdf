// How one URL of the app went from its start on: when it was first healthy, and whether it stayed so. Pure:
// answers with their times come in.
#pragma once

#include "model/cause.hpp"
#include "probes/run.hpp"
#include "probes/task/warmup/settings.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace plumb::task {

// What came of one question to the app.
struct HealthAnswer {
    int status = 0;                 // 0: there was none
    Cause failed = Cause::unknown;  // why not
    Clock::time_point at{};         // when its header had arrived, or when it was clear that none would
};

class UrlCourse {
  public:
    // `start` is the task's. Without `from_start` the agent came later than the app: what was before its
    // first question is not known. REQUIRES: settings outlives this.
    UrlCourse(const WarmupSettings& settings, const Url& url, Clock::time_point start, bool from_start);

    void answered(const HealthAnswer& answer);

    bool asked() const { return first_asked_.has_value(); }
    bool healthy_once() const { return first_healthy_.has_value(); }
    // When the first healthy answer came; nothing where an earlier one cannot be ruled out.
    std::optional<Clock::time_point> measured() const;
    std::optional<std::chrono::nanoseconds> warmup() const;   // the task's start to that answer
    std::optional<std::chrono::nanoseconds> waiting() const;  // never healthy yet: so long at least
    std::string in_words() const;                             // "ready after 41.2 s"; REQUIRES: asked()
    std::string complaint() const;  // why the balancer would end the task; "" when it would not

    // From one question to the next: short until the first healthy answer, then the balancer's own interval.
    Clock::duration pause() const;

  private:
    void begin(const HealthAnswer& answer, bool healthy);
    void good(const HealthAnswer& answer);
    void bad(const HealthAnswer& answer);
    std::string beginning_in_words() const;
    std::string last_in_words() const;
    std::chrono::nanoseconds since_start(Clock::time_point at) const;

    const WarmupSettings& settings_;
    std::string path_;
    Clock::time_point start_;
    bool measurable_;
    std::optional<Clock::time_point> first_asked_;
    std::optional<Clock::time_point> first_healthy_;
    bool healthy_at_once_ = false;
    HealthAnswer last_;
    unsigned good_in_a_row_ = 0;
    unsigned bad_in_a_row_ = 0;  // of those that count
    bool lost_ = false;
};

}  // namespace plumb::task
