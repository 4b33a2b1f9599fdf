#include "probes/task/warmup/url_course.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kShortest = 50ms;
constexpr nanoseconds kLongestShort = 500ms;
constexpr int kShortPart = 10;         // of the balancer's interval
constexpr int kPatience = 2;           // kill lines that are waited through at short intervals
constexpr nanoseconds kTogether = 5s;  // agent and app began at one time

}  // namespace

UrlCourse::UrlCourse(const WarmupSettings& settings, const Url& url, Clock::time_point start, bool from_start)
    : settings_(settings), path_(path_in_words(url)), start_(start), from_start_(from_start) {}

void UrlCourse::answered(const HealthAnswer& answer) {
    if (heard_.size() <= kMaxHeard) heard_.push_back(answer);
    judge(answer);
}

void UrlCourse::set_start(Clock::time_point start, bool from_start) {
    if (healthy_once() && *seen_.first_healthy + kTogether < start) return;
    start_ = start;
    from_start_ = from_start;
    if (heard_.size() > kMaxHeard) return;
    seen_ = Seen{};
    for (const HealthAnswer& answer : heard_)
        judge(answer);
}

void UrlCourse::judge(const HealthAnswer& answer) {
    seen_.last = answer;
    if (!asked()) seen_.first = answer;
    is_healthy(answer) ? good(answer) : bad(answer);
}

bool UrlCourse::is_healthy(const HealthAnswer& answer) const {
    return answer.status != 0 && is_healthy_status(settings_, answer.status);
}

// An app that was healthy at the first answer became so at any time before it: there must have been hardly
// any. Who comes late still sees the warm-up of an app that is not ready yet. Past the kill line one that was
// never ready would be gone, so this one was and is not any more.
bool UrlCourse::measurable() const {
    const HealthAnswer& first = *seen_.first;
    if (is_healthy(first)) return from_start_ && since_start(first.at) <= short_pause();
    return since_start(first.asked) < kill_line(settings_);
}

void UrlCourse::good(const HealthAnswer& answer) {
    if (!healthy_once()) seen_.first_healthy = answer.at;
    seen_.bad_in_a_row = 0;
    ++seen_.good_in_a_row;
    if (seen_.good_in_a_row >= settings_.healthy) seen_.lost = false;
}

void UrlCourse::bad(const HealthAnswer& answer) {
    seen_.good_in_a_row = 0;
    // The service looks at no health check within its grace period.
    if (answer.at < start_ + settings_.grace) return;
    ++seen_.bad_in_a_row;
    const bool was_healthy = healthy_once() || !measurable();
    if (was_healthy && seen_.bad_in_a_row >= settings_.unhealthy) seen_.lost = true;
}

std::optional<Clock::time_point> UrlCourse::measured() const {
    return healthy_once() && measurable() ? seen_.first_healthy : std::nullopt;
}

std::optional<Clock::time_point> UrlCourse::healthy_by() const {
    if (!healthy_once()) return std::nullopt;
    const bool together = from_start_ && since_start(seen_.first->asked) <= kTogether;
    return together || measurable() ? seen_.first_healthy : std::nullopt;
}

std::optional<nanoseconds> UrlCourse::warmup() const {
    const auto at = measured();
    if (!at) return std::nullopt;
    return since_start(*at);
}

std::optional<nanoseconds> UrlCourse::waiting() const {
    if (!asked() || healthy_once() || !measurable()) return std::nullopt;
    return since_start(seen_.last.at);
}

std::string UrlCourse::in_words() const {
    std::string words = beginning_in_words();
    if (!healthy_once() || !seen_.lost) return words;
    if (seen_.good_in_a_row > 0) return words + "; failed later, and is healthy again";
    return words + fmt::format("; not any more: {}", last_in_words());
}

std::string UrlCourse::beginning_in_words() const {
    if (const auto took = warmup()) return fmt::format("ready after {}", seconds_in_words(*took));
    if (measurable()) return fmt::format("not ready yet: {}", last_in_words());
    if (is_healthy(*seen_.first)) return "was ready before the agent looked";
    if (healthy_once()) return "was not ready when the agent came, and later was";
    return fmt::format("was not ready when the agent came, and is not: {}", last_in_words());
}

std::string UrlCourse::complaint() const {
    const auto line = kill_line(settings_);
    const auto so_far = waiting();
    if (so_far && *so_far >= line) {
        return fmt::format(
            "{} is not healthy {} after the start, past the kill line of {}; the last answer: {}", path_,
            seconds_in_words(*so_far), seconds_in_words(line), last_in_words());
    }
    if (!seen_.lost) return {};
    if (seen_.bad_in_a_row == 0)
        return fmt::format("{} was unhealthy and is not healthy again before {} good answers in a row", path_,
                           settings_.healthy);
    return fmt::format("{} has failed {} times in a row; the last answer: {}", path_, seen_.bad_in_a_row,
                       last_in_words());
}

Clock::duration UrlCourse::pause() const {
    const bool waits =
        !healthy_once() && (!asked() || seen_.last.at - seen_.first->at < kPatience * kill_line(settings_));
    return waits ? short_pause() : settings_.interval;
}

Clock::duration UrlCourse::short_pause() const {
    return std::clamp(settings_.interval / kShortPart, kShortest, kLongestShort);
}

std::string UrlCourse::last_in_words() const {
    if (seen_.last.status != 0) return fmt::format("status {}", seen_.last.status);
    return std::string(to_string(seen_.last.failed));
}

nanoseconds UrlCourse::since_start(Clock::time_point at) const {
    return std::max<nanoseconds>(at - start_, 0ns);
}

}  // namespace plumb::task
