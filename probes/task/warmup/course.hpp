// The warm-up of the app without I/O: answers, runs of dependencies and ports come in, each with its time;
// facts, gauges and checks come out. The driver (probes/task/warmup/warmup.hpp) asks.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/section.hpp"
#include "probes/task/warmup/early_watch.hpp"
#include "probes/task/warmup/port_watch.hpp"
#include "probes/task/warmup/settings.hpp"
#include "probes/task/warmup/url_course.hpp"

#include <optional>
#include <string_view>

namespace plumb::task {

enum class Asked { health, ready };

class WarmupCourse {
  public:
    WarmupCourse(WarmupSettings settings, Clock::time_point start, bool from_start);
    WarmupCourse(const WarmupCourse&) = delete;
    WarmupCourse& operator=(const WarmupCourse&) = delete;

    const WarmupSettings& settings() const { return settings_; }

    // As in Warmup.
    void set_start(Clock::time_point start, bool from_start);

    // A failure of our own (local.*) says nothing of the app and is passed over. REQUIRES: settings().ready,
    // when that is what was asked.
    void answered(Asked which, const HealthAnswer& answer);
    Clock::duration pause(Asked which) const;  // from that question to the next

    // For each run of a probe. `at`: when it ended.
    void dependency_seen(std::string_view dependency, bool ok, Clock::time_point at) {
        early_.dependency_seen(dependency, ok, at);
    }
    PortWatch& port() { return port_; }

    // Counts how often an app that was ready early was told so. Says nothing before the first answer.
    void describe(Look& look);

  private:
    const UrlCourse& readiness() const { return ready_ ? *ready_ : health_; }
    void describe_times(Outcome& evidence) const;
    Check warmup_check() const;

    const WarmupSettings settings_;
    UrlCourse health_;
    std::optional<UrlCourse> ready_;
    PortWatch port_;
    EarlyWatch early_;
};

Catalog warmup_catalog();

}  // namespace plumb::task
