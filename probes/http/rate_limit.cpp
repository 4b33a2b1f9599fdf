#include "probes/http/rate_limit.hpp"

#include "base/text.hpp"
#include "probes/http/facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace plumb::http {

namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"ratelimit-", "x-ratelimit-", "x-rate-limit-"};
// Larger than any wait: such a number is a time of the calendar, as GitHub and others write it.
constexpr double kFirstCalendarTime = 1e9;

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

std::optional<Quota> pair_of(std::optional<double> limit, std::optional<double> remaining,
                             std::optional<double> reset) {
    if (!limit || !remaining || *limit <= 0) return std::nullopt;
    return Quota{*limit, std::clamp(*remaining, 0.0, *limit), reset};
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7; the obsolete forms are nobody's any more).
std::optional<std::time_t> parse_http_date(std::string_view text) {
    std::tm parts{};
    const std::string copy{trim(text)};
    const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return timegm(&parts);
}

// Against the server's own clock: ours may differ.
std::optional<double> seconds_until(std::optional<double> reset, const Head& head) {
    if (!reset || *reset < kFirstCalendarTime) return reset;
    const auto now = parse_http_date(head.field("date"));
    if (!now) return std::nullopt;
    return std::max(0.0, *reset - static_cast<double>(*now));
}

void keep_tighter(std::optional<Quota>& kept, std::optional<Quota> next) {
    if (!next) return;
    if (!kept || next->remaining / next->limit < kept->remaining / kept->limit) kept = next;
}

// "x-ratelimit-limit-minute" belongs to "x-ratelimit-remaining-minute".
std::optional<Quota> of_separate_fields(const Head& head, std::string_view prefix) {
    std::optional<Quota> tightest;
    const std::string limit_name = std::string(prefix) + "limit";
    for (const auto& [name, value] : head.fields) {
        if (!name.starts_with(limit_name)) continue;
        const std::string window = name.substr(limit_name.size());
        if (!window.empty() && window.front() != '-') continue;
        const std::string own(prefix);
        const auto reset = seconds_until(leading_number(head.field(own + "reset" + window)), head);
        keep_tighter(tightest, pair_of(leading_number(value),
                                       leading_number(head.field(own + "remaining" + window)), reset));
    }
    return tightest;
}

// The name of a list's member: the quoted string or token before its parameters (RFC 8941 §3.1).
std::string_view member_name(std::string_view member) {
    return trim(member.substr(0, member.find(';')));
}

std::string_view policy_named(std::string_view policies, std::string_view name) {
    for (const auto member : split(policies, ',')) {
        if (member_name(member) == name) return member;
    }
    return {};
}

// Each quota has a policy of the same name, which holds its limit.
std::optional<Quota> of_named_policies(const Head& head) {
    std::optional<Quota> tightest;
    const auto policies = head.field("ratelimit-policy");
    for (const auto member : split(head.field("ratelimit"), ',')) {
        const auto policy = policy_named(policies, member_name(member));
        keep_tighter(tightest,
                     pair_of(parameter(policy, "q"), parameter(member, "r"), parameter(member, "t")));
    }
    return tightest;
}

}  // namespace

std::optional<Quota> quota(const Head& head) {
    std::optional<Quota> tightest;
    for (const std::string_view prefix : kPrefixes)
        keep_tighter(tightest, of_separate_fields(head, prefix));
    const std::string_view draft = head.field("ratelimit");
    keep_tighter(tightest, pair_of(parameter(draft, "limit"), parameter(draft, "remaining"),
                                   parameter(draft, "reset")));
    keep_tighter(tightest, of_named_policies(head));
    return tightest;
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
        outcome.gauge(kRateLimit, found->limit - found->remaining, found->limit);
        if (found->reset) outcome.gauge(kRateLimitReset, *found->reset);
    }
    if (const auto seconds = retry_after_seconds(head)) outcome.gauge(kRetryAfter, *seconds);
}

}  // namespace plumb::http
