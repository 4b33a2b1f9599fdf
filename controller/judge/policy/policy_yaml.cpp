#include "controller/judge/policy/policy_yaml.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/judge/policy/policy_thresholds.hpp"
#include "model/cause.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

using yaml::Reader;

// A name is whole or "*": a pattern in it would silently match nothing.
void check_dependency(const Reader& at, const std::string& name) {
    if (name == "*" || name.find('*') == std::string::npos) return;
    at.complain("'" + sanitize(name, 64) + "' is no dependency; write its whole name, or \"*\" for any");
}

std::string required_text(const Reader& map, const char* key, const char* why) {
    const auto entry = map.get(key);
    if (!entry) {
        map.complain(std::string("'") + key + "' is missing; " + why);
        return {};
    }
    const auto value = entry->text();
    if (value && trim(*value).empty()) entry->complain(std::string("'") + key + "' is empty; " + why);
    return value.value_or("");
}

std::vector<Reader> list_of(const Reader& root, const char* key) {
    const auto entry = root.get(key);
    if (!entry) return {};
    if (!entry->is_list()) {
        entry->complain(std::string("'") + key + "' is a list, such as [a, b]");
        return {};
    }
    return entry->items();
}

void check_subject(const Reader& at, const std::string& subject) {
    constexpr std::array<std::string_view, 6> kKnown{"*", "failures", "latency", "fact", "gauge", "warmup"};
    const std::string_view first = split(subject, ':').front();
    if (subject.empty() || std::find(kKnown.begin(), kKnown.end(), first) != kKnown.end()) return;
    at.complain("unknown subject '" + sanitize(subject, 64) +
                "'; it is failures, latency:PHASE, fact:NAME, gauge:NAME, warmup or \"*\"");
}

// A key that was left empty would mean what an absent one does, which is rarely what was meant.
void refuse_empty(const Reader& map, std::initializer_list<std::string_view> keys, const char* remedy) {
    for (const auto& [key, value] : map.entries()) {
        const bool asked = std::find(keys.begin(), keys.end(), key) != keys.end();
        if (asked && value.is_null()) value.complain("'" + key + "' is empty; " + remedy);
    }
}

// `usual`: when the key is absent. `wrong`: what cannot be done with another word, for the complaint.
HoldOn read_kinds(const Reader& root, const char* key, const HoldOn& usual, const char* wrong) {
    if (!root.get(key)) return usual;
    HoldOn kinds{false, false, false, false};
    const std::vector<std::string> known{"failures", "facts", "gauges", "latency"};
    for (const Reader& item : list_of(root, key)) {
        const auto name = item.text();
        if (!name) continue;
        if (*name == "failures") {
            kinds.failures = true;
        } else if (*name == "facts") {
            kinds.facts = true;
        } else if (*name == "gauges") {
            kinds.gauges = true;
        } else if (*name == "latency") {
            kinds.latency = true;
        } else {
            const std::string near = nearest(*name, known);
            item.complain(
                "'" + sanitize(*name, 64) + "' cannot be " + wrong + "; " +
                (near.empty() ? "write failures, facts, gauges or latency" : "did you mean '" + near + "'?"));
        }
    }
    return kinds;
}

Time read_until(const Reader& entry) {
    const auto text = entry.text();
    if (!text) return Time::max();
    if (const auto day = parse_day_end(*text)) return *day;
    if (const auto instant = parse_time(*text)) return *instant;
    entry.complain("'" + sanitize(*text, 64) +
                   "' is not a day; write it as 2027-01-31 (2262-04-11 is the last)");
    return Time::max();
}

// One value, or a list of them.
std::vector<std::string> read_values(const Reader& item, const char* key, std::string_view subject) {
    std::vector<std::string> values;
    const auto entry = item.get(key);
    if (!entry) return values;
    if (!subject.starts_with("fact")) {
        entry->complain(std::string("'") + key + "' belongs to a fact subject, such as fact:tls.version");
    }
    for (const Reader& each : entry->is_list() ? entry->items() : std::vector<Reader>{*entry}) {
        if (auto value = each.text()) values.push_back(std::move(*value));
    }
    if (entry->is_list() && values.empty())
        entry->complain(std::string("'") + key + "' is empty; write a value");
    return values;
}

// "tcp.*"
bool is_pattern(const std::string& cause) {
    if (!cause.ends_with(".*")) return false;
    const std::string_view family = std::string_view(cause).substr(0, cause.size() - 1);
    const auto all = all_causes();
    return std::any_of(all.begin(), all.end(),
                       [&](const CauseInfo& each) { return each.code.starts_with(family); });
}

Acceptance read_acceptance(const Reader& item) {
    Acceptance out;
    item.expect_keys(
        {"dependency", "subject", "ratio", "baseline", "candidate", "cause", "reason", "owner", "until"});
    if (!item.is_map()) return out;
    refuse_empty(item, {"ratio", "baseline", "candidate", "cause"},
                 "it would accept any; write what is accepted, or leave the key out");
    out.dependency = required_text(item, "dependency", "name one, or write \"*\" for any");
    out.subject = required_text(item, "subject", "such as fact:tls.version or latency:connect");
    out.reason = required_text(item, "reason", "say why the difference is meant");
    check_dependency(item, out.dependency);
    check_subject(item, out.subject);
    if (const auto owner = item.get("owner")) out.owner = owner->text().value_or("");
    if (const auto cause = item.get("cause")) {
        out.cause = required_text(item, "cause", "write a cause such as tcp.timeout");
        if (is_pattern(out.cause))
            cause->complain("'cause' is one cause, such as tcp.timeout, and no pattern");
    }
    out.baseline = read_values(item, "baseline", out.subject);
    out.candidate = read_values(item, "candidate", out.subject);
    if (const auto until = item.get("until")) {
        out.until = read_until(*until);
    } else {
        item.complain("'until' is missing; an acceptance ends, write a day such as 2027-01-31");
    }
    if (const auto ratio = item.get("ratio")) {
        out.ratio = ratio->number();
        if (out.ratio && !(*out.ratio > 1 && *out.ratio <= kMostRatio)) {
            ratio->complain(fmt::format(
                "'ratio' is candidate/baseline and lies above 1, such as 1.8, and at {:.0f} at most",
                kMostRatio));
        }
        if (!out.cause.empty()) {
            ratio->complain(
                "'ratio' and 'cause' do not go together: a ratio is taken off before a cause is known; leave "
                "one of them out");
        }
        if (!out.subject.starts_with("latency")) ratio->complain("'ratio' belongs to a latency subject");
        if (out.subject == "latency:retransmissions" || out.subject == "latency:all") {
            ratio->complain("'ratio' belongs to a phase's latency; '" + out.subject +
                            "' is a share of runs, which is accepted without one");
        }
    }
    return out;
}

Ignore read_ignore(const Reader& item) {
    item.expect_keys({"dependency", "subject"});
    if (!item.is_map()) return {};
    Ignore out;
    out.dependency = required_text(item, "dependency", "name one, or write \"*\" for any");
    out.subject = required_text(item, "subject", "such as fact:tls.days_left, or \"*\" for any");
    check_dependency(item, out.dependency);
    check_subject(item, out.subject);
    return out;
}

std::map<std::string, ServiceSize> read_services(const Reader& root) {
    std::map<std::string, ServiceSize> services;
    const auto entry = root.get("services");
    if (!entry) return services;
    if (!entry->is_map()) {
        entry->complain("'services' is a map, such as checkout: {desired: 12, maximum_percent: 200}");
        return services;
    }
    for (const auto& [name, item] : entry->entries()) {
        item.expect_keys({"desired", "maximum_percent"});
        if (!item.is_map()) continue;
        ServiceSize size;
        if (const auto desired = item.get("desired")) {
            size.desired = static_cast<int>(desired->integer(0, 100'000).value_or(0));
        } else {
            item.complain("'desired' is missing; how many tasks the service runs");
        }
        if (const auto percent = item.get("maximum_percent")) {
            size.maximum_percent = static_cast<int>(percent->integer(100, 1000).value_or(200));
        }
        services.emplace(name, size);
    }
    return services;
}

std::map<std::string, FactClass> read_fact_classes(const Reader& root) {
    std::map<std::string, FactClass> classes;
    const auto entry = root.get("facts");
    if (!entry) return classes;
    if (!entry->is_map()) {
        entry->complain("'facts' is a map of fact names to classes, such as redis.version: informational");
        return classes;
    }
    for (const auto& [name, item] : entry->entries()) {
        const auto text = item.text();
        if (!text) continue;
        if (const auto known = parse_fact_class(*text)) {
            classes.emplace(name, *known);
        } else {
            item.complain(
                "'" + sanitize(*text, 64) +
                "' is no class; write must_match, must_differ, must_agree, ordered or informational");
        }
    }
    return classes;
}

// As people write it: a duration with its unit.
std::string amount_words(const ThresholdInfo& info, double amount) {
    const bool duration = std::holds_alternative<std::chrono::nanoseconds Thresholds::*>(info.field);
    return duration ? format_duration(std::chrono::nanoseconds(std::llround(amount)))
                    : fmt::format("{}", amount);
}

void read_threshold(const Reader& entry, const ThresholdInfo& info, Thresholds& into) {
    const auto within = [&](double amount) {
        if (amount >= info.least && amount <= info.most) return true;
        entry.complain(fmt::format("'{}' lies between {} and {}, not at {}; it is {}", info.name,
                                   amount_words(info, info.least), amount_words(info, info.most),
                                   amount_words(info, amount), info.meaning));
        return false;
    };
    if (const auto* share = std::get_if<double Thresholds::*>(&info.field)) {
        const auto value = entry.number();
        if (value && within(*value)) into.*(*share) = *value;
    } else if (const auto* count = std::get_if<unsigned Thresholds::*>(&info.field)) {
        const auto value =
            entry.integer(static_cast<long long>(info.least), static_cast<long long>(info.most));
        if (value) into.*(*count) = static_cast<unsigned>(*value);
    } else {
        const auto value = entry.duration(info.name);
        if (value && within(static_cast<double>(value->count())))
            into.*std::get<std::chrono::nanoseconds Thresholds::*>(info.field) = *value;
    }
}

void read_thresholds(const Reader& root, Policy& policy) {
    const auto entry = root.get("thresholds");
    if (!entry) return;
    std::vector<std::string> known;
    for (const ThresholdInfo& each : threshold_table())
        known.emplace_back(each.name);
    entry->expect_keys(known);
    if (!entry->is_map()) return;
    for (const auto& [name, value] : entry->entries()) {
        if (value.is_null()) value.complain("'" + name + "' is empty; write a value, or leave the key out");
    }
    for (const ThresholdInfo& each : threshold_table()) {
        if (const auto value = entry->get(each.name)) {
            read_threshold(*value, each, policy.thresholds);
            policy.chosen.emplace(each.name);
        }
    }
    const Thresholds& thresholds = policy.thresholds;
    if (thresholds.headroom_warn < thresholds.headroom_hold) {
        entry->complain(
            fmt::format("'headroom_warn' ({}) lies below 'headroom_hold' ({}): it warns before it holds",
                        thresholds.headroom_warn, thresholds.headroom_hold));
    }
}

Policy read(const Reader& root) {
    Policy policy;
    root.expect_keys(
        {"hold_on", "may_accept", "critical", "accept", "ignore", "services", "facts", "thresholds"});
    if (!root.is_map()) return policy;
    refuse_empty(root, {"hold_on", "may_accept", "critical"}, "write [] for none, or leave the key out");
    policy.hold_on = read_kinds(root, "hold_on", policy.hold_on, "held on");
    policy.may_accept = read_kinds(root, "may_accept", policy.may_accept, "accepted as a whole");
    if (root.get("critical")) policy.critical.clear();
    for (const Reader& item : list_of(root, "critical")) {
        const auto name = item.text();
        if (!name) continue;
        check_dependency(item, *name);
        // A slip of the pen here would let everything pass.
        if (name->empty() || trim(*name).size() != name->size())
            item.complain("'" + sanitize(*name, 64) +
                          "' is no dependency; write its name without spaces around it");
        policy.critical.push_back(*name);
    }
    for (const Reader& item : list_of(root, "accept"))
        policy.accept.push_back(read_acceptance(item));
    for (const Reader& item : list_of(root, "ignore"))
        policy.ignore.push_back(read_ignore(item));
    policy.services = read_services(root);
    policy.fact_classes = read_fact_classes(root);
    read_thresholds(root, policy);
    return policy;
}

}  // namespace

Result<Policy> parse_policy(const std::string& text, const std::string& file_name) {
    yaml::Complaints complaints;
    complaints.file = file_name;
    const auto root = yaml::parse(text, complaints);
    Policy policy;
    if (root) policy = read(*root);
    if (!complaints.empty()) return Error{complaints.joined()};
    return policy;
}

}  // namespace plumb::judge
