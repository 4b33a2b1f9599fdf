// How one URL of the app went from its start on: when it was first healthy, and whether it stayed so. Pure:
// answers with their times come in.
#pragma once

#include "model/cause.hpp"
#include "probes/run.hpp"
#include "probes/task/warmup/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace plumb::task {

// What came of one question to the app.
struct HealthAnswer {
    int status = 0;                 // 0: there was none
    Cause failed = Cause::unknown;  // why not
    Clock::time_point at{};         // when its header had arrived, or when it was clear that none would
    Clock::time_point asked{};
};

class UrlCourse {
  public:
    // `start` is the app's. Without `from_start` that is a guess, or the agent came much later.
    // REQUIRES: settings outlives this.
    UrlCourse(const WarmupSettings& settings, const Url& url, Clock::time_point start, bool from_start);

    void answered(const HealthAnswer& answer);

    // The start, better known: the answers so far are judged anew. Of more than kMaxHeard the course stays as
    // it was judged, and only times are counted from the new start. A start long after the first healthy
    // answer is that of an app that started once more: the first one stays told.
    void set_start(Clock::time_point start, bool from_start);

    bool asked() const { return seen_.first.has_value(); }
    bool healthy_once() const { return seen_.first_healthy.has_value(); }
    // When the first healthy answer came; nothing where an earlier one cannot be ruled out.
    std::optional<Clock::time_point> measured() const;
    // It was healthy by then, maybe sooner; nothing where the agent began later than the app.
    std::optional<Clock::time_point> healthy_by() const;
    std::optional<std::chrono::nanoseconds> warmup() const;   // the task's start to that answer
    std::optional<std::chrono::nanoseconds> waiting() const;  // never healthy yet: so long at least
    std::string in_words() const;                             // "ready after 41.2 s"; REQUIRES: asked()
    std::string complaint() const;  // why the balancer would end the task; "" when it would not
    std::chrono::nanoseconds since_start(Clock::time_point at) const;

    // From one question to the next: short until the first healthy answer, then the balancer's own interval.
    Clock::duration pause() const;

    static constexpr std::size_t kMaxHeard = 1024;

  private:
    struct Seen {
        std::optional<HealthAnswer> first;
        std::optional<Clock::time_point> first_healthy;
        HealthAnswer last;
        unsigned good_in_a_row = 0;
        unsigned bad_in_a_row = 0;  // of those that count
        bool lost = false;
    };

    void judge(const HealthAnswer& answer);
    void good(const HealthAnswer& answer);
    void bad(const HealthAnswer& answer);
    bool is_healthy(const HealthAnswer& answer) const;
    bool measurable() const;
    Clock::duration short_pause() const;
    std::string beginning_in_words() const;
    std::string last_in_words() const;

    const WarmupSettings& settings_;
    std::string path_;
    Clock::time_point start_;
    bool from_start_;
    Seen seen_;
    std::vector<HealthAnswer> heard_;  // all of them, as long as they have room
};

}  // namespace plumb::task
