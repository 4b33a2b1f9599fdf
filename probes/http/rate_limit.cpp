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
// Larger than any wait: such a number is a time of the calendar, as GitHub and others write it; in
// milliseconds where even that would be too far off.
constexpr double kFirstCalendarTime = 1e9;
constexpr double kFirstCalendarMilliseconds = 1e11;

struct Unit {
    std::string_view name;
    double seconds;
};
constexpr std::array<Unit, 5> kUnits{{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}}};

// Takes digits and a fraction from the front; what else numbers may be written like is none here.
std::optional<double> take_number(std::string_view& text) {
    std::uint64_t whole = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    auto value = static_cast<double>(whole);
    if (!text.starts_with('.')) return value;
    text.remove_prefix(1);
    for (double place = 0.1; !text.empty() && text[0] >= '0' && text[0] <= '9'; place /= 10) {
        value += place * (text[0] - '0');
        text.remove_prefix(1);
    }
    return value;
}

bool ends_here(std::string_view text) {
    return text.empty() || std::string_view(",; \t").find(text.front()) != std::string_view::npos;
}

// The number at the beginning: "100, 100;w=60" is 100. What some count below nothing, as an overdrawn quota,
// is nothing.
std::optional<double> leading_number(std::string_view text) {
    text = trim(text);
    const bool below = text.starts_with('-');
    if (below) text.remove_prefix(1);
    const auto value = take_number(text);
    if (!value || !ends_here(text)) return std::nullopt;
    return below ? 0.0 : *value;
}

// Seconds: "30", "12.5", or with units as Go writes a duration: "6m0s", "20ms".
std::optional<double> duration(std::string_view text) {
    if (const auto seconds = leading_number(text)) return seconds;
    text = trim(text);
    double sum = 0;
    do {
        const auto value = take_number(text);
        const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                       [&](const Unit& each) { return text.starts_with(each.name); });
        if (!value || unit == kUnits.end()) return std::nullopt;
        text.remove_prefix(unit->name.size());
        sum += *value * unit->seconds;
    } while (!ends_here(text));
    return sum;
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

// Half a statement is none. `used` stands for a limit that is not told.
std::optional<Quota> quota_of(std::optional<double> limit, std::optional<double> remaining,
                              std::optional<double> reset, std::optional<double> used = {}) {
    if (!remaining) return std::nullopt;
    if (!limit && used) limit = *used + *remaining;
    Quota quota;
    quota.remaining = *remaining;
    quota.reset = reset;
    if (limit && *limit > 0) {
        quota.limit = limit;
        quota.remaining = std::min(*remaining, *limit);
    }
    return quota;
}

// The three forms of RFC 9110 §5.6.7, and RFC 3339's in UTC, which some write into a reset.
std::optional<std::time_t> parse_date(std::string_view text) {
    static constexpr std::array<const char*, 4> kForms{"%a, %d %b %Y %H:%M:%S GMT",
                                                       "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y",
                                                       "%Y-%m-%dT%H:%M:%SZ"};
    const std::string copy{trim(text)};
    for (const char* form : kForms) {
        std::tm parts{};
        const char* end = strptime(copy.c_str(), form, &parts);
        if (end != nullptr && *end == '\0') return timegm(&parts);
    }
    return std::nullopt;
}

// The server's own clock, where it tells it: ours may differ.
std::time_t now_of(const Head& head, std::time_t ours) {
    return parse_date(head.field("date")).value_or(ours);
}

// Seconds until the reset that `text` tells, in whatever form.
std::optional<double> seconds_until(std::string_view text, std::time_t now) {
    auto value = duration(text);
    if (value && *value < kFirstCalendarTime) return value;
    if (value && *value >= kFirstCalendarMilliseconds) *value /= 1000;
    if (!value) {
        const auto date = parse_date(text);
        if (!date) return std::nullopt;
        value = static_cast<double>(*date);
    }
    return std::max(0.0, *value - static_cast<double>(now));
}

double share_left(const Quota& quota) {
    if (quota.limit) return quota.remaining / *quota.limit;
    return quota.remaining > 0 ? 1 : 0;
}

void keep_tighter(std::optional<Quota>& kept, std::optional<Quota> next) {
    if (!next) return;
    const bool better = !kept || share_left(*next) < share_left(*kept) ||
                        (share_left(*next) == share_left(*kept) && next->limit && !kept->limit);
    if (better) kept = next;
}

// "x-ratelimit-limit-minute" belongs to "x-ratelimit-remaining-minute".
std::optional<Quota> of_separate_fields(const Head& head, std::string_view prefix, std::time_t now) {
    std::optional<Quota> tightest;
    const std::string own(prefix);
    const std::string remaining_name = own + "remaining";
    for (const auto& [name, value] : head.fields) {
        if (!name.starts_with(remaining_name)) continue;
        const std::string window = name.substr(remaining_name.size());
        if (!window.empty() && window.front() != '-') continue;
        const auto of_window = [&](const char* what) { return head.field(own + what + window); };
        keep_tighter(tightest,
                     quota_of(leading_number(of_window("limit")), leading_number(value),
                              seconds_until(of_window("reset"), now), leading_number(of_window("used"))));
    }
    return tightest;
}

// The name of a list's member: the quoted string or token before its parameters (RFC 8941 §3.1).
std::string_view member_name(std::string_view member) {
    auto name = trim(member.substr(0, member.find(';')));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
        name = name.substr(1, name.size() - 2);
    return name;
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
                     quota_of(parameter(policy, "q"), parameter(member, "r"), parameter(member, "t")));
    }
    return tightest;
}

}  // namespace

std::optional<Quota> quota(const Head& head, std::time_t now) {
    const auto server_now = now_of(head, now);
    std::optional<Quota> tightest;
    for (const std::string_view prefix : kPrefixes)
        keep_tighter(tightest, of_separate_fields(head, prefix, server_now));
    const std::string_view draft = head.field("ratelimit");
    keep_tighter(tightest, quota_of(parameter(draft, "limit"), parameter(draft, "remaining"),
                                    parameter(draft, "reset")));
    keep_tighter(tightest, of_named_policies(head));
    return tightest;
}

std::optional<double> retry_after_seconds(const Head& head, std::time_t now) {
    return seconds_until(head.field("retry-after"), now_of(head, now));
}

void describe_limits(const Head& head, std::time_t now, Outcome& outcome) {
    if (const auto found = quota(head, now)) {
        if (found->limit) outcome.gauge(kRateLimit, *found->limit - found->remaining, *found->limit);
        outcome.gauge(kRateLimitRemaining, found->remaining);
        if (found->reset) outcome.gauge(kRateLimitReset, *found->reset);
    }
    if (const auto seconds = retry_after_seconds(head, now)) outcome.gauge(kRetryAfter, *seconds);
}

}  // namespace plumb::http
