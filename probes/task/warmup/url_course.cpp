#include "probes/task/warmup/url_course.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kShortest = 50ms;
constexpr nanoseconds kLongestShort = 500ms;
constexpr int kShortPart = 10;  // of the balancer's interval
constexpr int kPatience = 2;    // kill lines that are waited through at short intervals

}  // namespace

UrlCourse::UrlCourse(const WarmupSettings& settings, const Url& url, Clock::time_point start, bool from_start)
    : settings_(settings), path_(path_in_words(url)), start_(start), measurable_(from_start) {}

void UrlCourse::answered(const HealthAnswer& answer) {
    const bool healthy = answer.status != 0 && is_healthy_status(settings_, answer.status);
    last_ = answer;
    if (!asked()) begin(answer, healthy);
    if (healthy) {
        good(answer);
    } else {
        bad(answer);
    }
}

// Who comes late still sees the warm-up of an app that is not ready yet. Past the kill line one that was
// never ready would be gone, so this one was and is not any more.
void UrlCourse::begin(const HealthAnswer& answer, bool healthy) {
    first_asked_ = answer.at;
    healthy_at_once_ = healthy;
    if (measurable_) return;
    measurable_ = !healthy && since_start(answer.at) < kill_line(settings_);
}

void UrlCourse::good(const HealthAnswer& answer) {
    if (!first_healthy_) first_healthy_ = answer.at;
    bad_in_a_row_ = 0;
    ++good_in_a_row_;
    if (good_in_a_row_ >= settings_.healthy) lost_ = false;
}

void UrlCourse::bad(const HealthAnswer& answer) {
    good_in_a_row_ = 0;
    // The service looks at no health check within its grace period.
    if (answer.at < start_ + settings_.grace) return;
    ++bad_in_a_row_;
    const bool was_healthy = healthy_once() || !measurable_;
    if (was_healthy && bad_in_a_row_ >= settings_.unhealthy) lost_ = true;
}

std::optional<Clock::time_point> UrlCourse::measured() const {
    return measurable_ ? first_healthy_ : std::nullopt;
}

std::optional<nanoseconds> UrlCourse::warmup() const {
    const auto at = measured();
    if (!at) return std::nullopt;
    return since_start(*at);
}

std::optional<nanoseconds> UrlCourse::waiting() const {
    if (!asked() || !measurable_ || healthy_once()) return std::nullopt;
    return since_start(last_.at);
}

std::string UrlCourse::in_words() const {
    std::string words = beginning_in_words();
    if (!healthy_once() || !lost_) return words;
    if (good_in_a_row_ > 0) return words + "; failed later, and is healthy again";
    return words + fmt::format("; not any more: {}", last_in_words());
}

std::string UrlCourse::beginning_in_words() const {
    if (const auto took = warmup()) return fmt::format("ready after {}", seconds_in_words(*took));
    if (measurable_) return fmt::format("not ready yet: {}", last_in_words());
    if (healthy_at_once_) return "was ready before the agent looked";
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
    if (!lost_) return {};
    if (bad_in_a_row_ == 0)
        return fmt::format("{} was unhealthy and is not healthy again before {} good answers in a row", path_,
                           settings_.healthy);
    return fmt::format("{} has failed {} times in a row; the last answer: {}", path_, bad_in_a_row_,
                       last_in_words());
}

Clock::duration UrlCourse::pause() const {
    const bool waits =
        !healthy_once() && (!asked() || last_.at - *first_asked_ < kPatience * kill_line(settings_));
    if (!waits) return settings_.interval;
    return std::clamp(settings_.interval / kShortPart, kShortest, kLongestShort);
}

std::string UrlCourse::last_in_words() const {
    if (last_.status != 0) return fmt::format("status {}", last_.status);
    return std::string(to_string(last_.failed));
}

nanoseconds UrlCourse::since_start(Clock::time_point at) const {
    return std::max<nanoseconds>(at - start_, 0ns);
}

}  // namespace plumb::task
