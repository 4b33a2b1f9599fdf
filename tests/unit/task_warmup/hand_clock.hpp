// A task whose clock the test moves by hand: times are seconds after its start.
#pragma once

#include "probes/task/warmup/course.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace plumb::test {

inline const Clock::time_point kTaskStart = Clock::time_point(std::chrono::hours(5));

inline Clock::time_point at(double seconds) {
    return kTaskStart + std::chrono::round<Clock::duration>(std::chrono::duration<double>(seconds));
}

inline task::HealthAnswer status_at(int status, double seconds) {
    return {status, Cause::unknown, at(seconds), at(seconds)};
}
inline task::HealthAnswer no_answer_at(Cause cause, double seconds) {
    return {0, cause, at(seconds), at(seconds)};
}

// A kill line of 120 s: 60 s of grace, then two checks at 30 s.
inline task::WarmupSettings usual_settings() {
    task::WarmupSettings settings;
    settings.health = parse_url("http://127.0.0.1:8080/health?key=w0rd").value();
    settings.grace = std::chrono::seconds(60);
    return settings;
}

// "absent", "passes", or the detail.
inline std::string check_of(const task::Look& look, std::string_view name) {
    for (const auto& check : look.checks) {
        if (check.name == name) return check.failed ? check.detail : "passes";
    }
    return "absent";
}

inline std::string fact_in(const task::Look& look, std::string_view name) {
    const Fact* fact = look.evidence.find_fact(name);
    return fact == nullptr ? "absent" : fact->value;
}

}  // namespace plumb::test
