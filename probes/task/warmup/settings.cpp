#include "probes/task/warmup/settings.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

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
constexpr std::size_t kMostRanges = 32;
constexpr std::string_view kExample = "as in http://127.0.0.1:8080/health";

std::string whole_seconds(nanoseconds value) {
    return fmt::format("{} s", as_seconds(value));
}

Result<void> check_url(const Url& url, std::string_view name) {
    if (url.scheme != "http" && url.scheme != "https")
        return Error{fmt::format("warm-up: {} is an http or https URL, {}", name, kExample)};
    if (url.host.empty()) return Error{fmt::format("warm-up: {} needs a host, {}", name, kExample)};
    if (!url.other_hosts.empty())
        return Error{fmt::format("warm-up: {} asks one host, and not a list, {}", name, kExample)};
    return {};
}

bool is_range(const StatusRange& range) {
    return range.from >= 100 && range.from <= range.to && range.to <= 599;
}

// 0: none.
int status_number(std::string_view digits) {
    digits = trim(digits);
    int value = 0;
    const auto* last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, value);
    return error == std::errc{} && end == last ? value : 0;
}

}  // namespace

Result<std::vector<StatusRange>> parse_statuses(std::string_view text) {
    std::vector<StatusRange> ranges;
    for (const auto part : split(text, ',')) {
        const auto dash = part.find('-');
        const int from = status_number(part.substr(0, dash));
        const int to = dash == std::string_view::npos ? from : status_number(part.substr(dash + 1));
        if (!is_range({from, to}) || ranges.size() == kMostRanges) {
            return Error{
                fmt::format("{} is no status from 100 to 599, range or list of them, as in 200-299 or "
                            "200,302",
                            quote_words(part))};
        }
        ranges.push_back({from, to});
    }
    return ranges;
}

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
    const auto& statuses = settings.statuses;
    if (statuses.empty() || !std::all_of(statuses.begin(), statuses.end(), is_range))
        return Error{"warm-up: the statuses that are healthy lie between 100 and 599"};
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
    return std::any_of(settings.statuses.begin(), settings.statuses.end(),
                       [status](const auto& range) { return status >= range.from && status <= range.to; });
}

std::uint16_t usual_port(const Url& url) {
    return url.scheme == "https" ? 443 : 80;
}

std::uint16_t port_of(const Url& url) {
    return url.port != 0 ? url.port : usual_port(url);
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
