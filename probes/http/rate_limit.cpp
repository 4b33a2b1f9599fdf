#include "probes/http/rate_limit.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace plumb::http {

namespace {

// The digits at the beginning: "100, 100;w=60" is 100.
std::optional<double> leading_number(std::string_view text) {
    text = trim(text);
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop == text.data()) return std::nullopt;
    return static_cast<double>(value);
}

// The value of `name` among parameters separated by ',' or ';': name=7.
std::optional<double> parameter(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",;"), text.size());
        const std::string_view part = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        if (equals_ignore_case(trim(part.substr(0, equals)), name))
            return leading_number(part.substr(equals + 1));
    }
    return std::nullopt;
}

std::optional<Quota> pair_of(std::optional<double> limit, std::optional<double> remaining) {
    if (!limit || !remaining || *limit <= 0) return std::nullopt;
    return Quota{*limit, std::clamp(*remaining, 0.0, *limit)};
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7; the obsolete forms are nobody's any more).
std::optional<std::time_t> parse_http_date(std::string_view text) {
    std::tm parts{};
    const std::string copy{trim(text)};
    const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return timegm(&parts);
}

}  // namespace

std::optional<Quota> quota(const Head& head) {
    for (const std::string_view prefix : {"ratelimit-", "x-ratelimit-", "x-rate-limit-"}) {
        const std::string name{prefix};
        const auto limit = leading_number(head.field(name + "limit"));
        if (const auto found = pair_of(limit, leading_number(head.field(name + "remaining")))) return found;
    }
    const std::string_view draft = head.field("ratelimit");
    if (const auto found = pair_of(parameter(draft, "limit"), parameter(draft, "remaining"))) return found;
    return pair_of(parameter(head.field("ratelimit-policy"), "q"), parameter(draft, "r"));
}

std::optional<double> retry_after_seconds(const Head& head) {
    const std::string_view text = head.field("retry-after");
    if (const auto seconds = leading_number(text)) return seconds;
    const auto until = parse_http_date(text);
    const auto now = parse_http_date(head.field("date"));  // the server's own clock: ours may differ
    if (!until || !now) return std::nullopt;
    return std::max(0.0, std::difftime(*until, *now));
}

void describe_limits(const Head& head, Outcome& outcome) {
    if (const auto found = quota(head)) {
        outcome.gauge("http.rate_limit", found->limit - found->remaining, found->limit, true);
    }
    if (const auto seconds = retry_after_seconds(head)) outcome.gauge("http.retry_after", *seconds);
}

}  // namespace plumb::http
