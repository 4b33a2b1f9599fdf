#include "probes/task/warmup/settings.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// Longer and more than any balancer has; products of them fit a clock.
constexpr nanoseconds kLongestInterval = 1h;
constexpr nanoseconds kLongestWait = 24h * 365;
constexpr unsigned kMostChecks = 100;
constexpr std::size_t kMaxPath = 80;

std::string whole_seconds(nanoseconds value) {
    return fmt::format("{} s", as_seconds(value));
}

Result<void> check_url(const Url& url, std::string_view name) {
    if (url.scheme == "http" && !url.host.empty() && url.other_hosts.empty()) return {};
    return Error{
        fmt::format("warm-up: {} is an http URL with a host, as in http://127.0.0.1:8080/health", name)};
}

}  // namespace

Result<void> check_warmup_settings(const WarmupSettings& settings) {
    if (auto checked = check_url(settings.health, "health"); !checked) return checked;
    if (settings.ready) {
        if (auto checked = check_url(*settings.ready, "ready"); !checked) return checked;
    }
    const auto within = [](nanoseconds value, nanoseconds most) { return value > 0ns && value <= most; };
    const auto counts = [](unsigned value) { return value >= 1 && value <= kMostChecks; };
    const auto waits = [](nanoseconds value) { return value >= 0ns && value <= kLongestWait; };
    if (!within(settings.interval, kLongestInterval) || !within(settings.timeout, kLongestInterval))
        return Error{"warm-up: interval and timeout are more than 0 s and at most 1 h"};
    if (!counts(settings.unhealthy) || !counts(settings.healthy))
        return Error{fmt::format("warm-up: unhealthy and healthy are 1 to {}", kMostChecks)};
    if (!waits(settings.grace) || !waits(settings.start_period))
        return Error{"warm-up: grace and start period are at most a year"};
    const bool statuses = settings.status_from >= 100 && settings.status_from <= settings.status_to &&
                          settings.status_to <= 599;
    if (!statuses) return Error{"warm-up: the statuses that are healthy lie between 100 and 599"};
    return {};
}

nanoseconds kill_line(const WarmupSettings& settings) {
    return std::max(settings.grace, settings.start_period) + settings.interval * settings.unhealthy;
}

std::string kill_line_in_words(const WarmupSettings& settings) {
    std::string words = fmt::format("kill line {}: ", whole_seconds(kill_line(settings)));
    const nanoseconds longer = std::max(settings.grace, settings.start_period);
    if (longer > 0ns) {
        const bool container = settings.start_period > settings.grace;
        words += fmt::format("{} {} + ", container ? "start period" : "grace", whole_seconds(longer));
    }
    return words + fmt::format("{} × {}", settings.unhealthy, whole_seconds(settings.interval));
}

bool is_healthy_status(const WarmupSettings& settings, int status) {
    return status >= settings.status_from && status <= settings.status_to;
}

std::string path_in_words(const Url& url) {
    return url.path.empty() ? "/" : sanitize(url.path, kMaxPath);
}

std::string seconds_in_words(nanoseconds value) {
    return fmt::format("{:.1f} s", as_seconds(value));
}

double as_seconds(nanoseconds value) {
    return std::chrono::duration<double>(value).count();
}

}  // namespace plumb::task
