#include "controller/judge/policy_yaml.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace plumb::judge {
namespace {

using yaml::Reader;

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

HoldOn read_hold_on(const Reader& root) {
    HoldOn hold_on;
    if (!root.get("hold_on")) return hold_on;
    hold_on = HoldOn{false, false, false, false};
    const std::vector<std::string> known{"failures", "facts", "gauges", "latency"};
    for (const Reader& item : list_of(root, "hold_on")) {
        const auto name = item.text();
        if (!name) continue;
        if (*name == "failures") {
            hold_on.failures = true;
        } else if (*name == "facts") {
            hold_on.facts = true;
        } else if (*name == "gauges") {
            hold_on.gauges = true;
        } else if (*name == "latency") {
            hold_on.latency = true;
        } else {
            const std::string near = nearest(*name, known);
            item.complain(
                "'" + sanitize(*name, 64) + "' cannot be held on; " +
                (near.empty() ? "write failures, facts, gauges or latency" : "did you mean '" + near + "'?"));
        }
    }
    return hold_on;
}

Time read_until(const Reader& entry) {
    const auto text = entry.text();
    if (!text) return Time::max();
    if (const auto day = parse_day_end(*text)) return *day;
    if (const auto instant = parse_time(*text)) return *instant;
    entry.complain("'" + sanitize(*text, 64) + "' is not a day; write it as 2027-01-31");
    return Time::max();
}

Acceptance read_acceptance(const Reader& item) {
    Acceptance out;
    item.expect_keys({"dependency", "subject", "ratio", "baseline", "candidate", "reason", "owner", "until"});
    if (!item.is_map()) return out;
    out.dependency = required_text(item, "dependency", "name one, or write \"*\" for any");
    out.subject = required_text(item, "subject", "such as fact:tls.version or latency:connect");
    out.reason = required_text(item, "reason", "say why the difference is meant");
    check_subject(item, out.subject);
    if (const auto owner = item.get("owner")) out.owner = owner->text().value_or("");
    if (const auto value = item.get("baseline")) out.baseline = value->text();
    if (const auto value = item.get("candidate")) out.candidate = value->text();
    if (const auto until = item.get("until")) {
        out.until = read_until(*until);
    } else {
        item.complain("'until' is missing; an acceptance ends, write a day such as 2027-01-31");
    }
    if (const auto ratio = item.get("ratio")) {
        out.ratio = ratio->number();
        if (out.ratio && !(*out.ratio > 1 && *out.ratio < 1000)) {
            ratio->complain("'ratio' is candidate/baseline and lies above 1, such as 1.8");
        }
        if (!out.subject.starts_with("latency")) ratio->complain("'ratio' belongs to a latency subject");
    }
    return out;
}

Ignore read_ignore(const Reader& item) {
    item.expect_keys({"dependency", "subject"});
    if (!item.is_map()) return {};
    Ignore out;
    out.dependency = required_text(item, "dependency", "name one, or write \"*\" for any");
    out.subject = required_text(item, "subject", "such as fact:tls.days_left, or \"*\" for any");
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

Policy read(const Reader& root) {
    Policy policy;
    root.expect_keys({"hold_on", "critical", "accept", "ignore", "services", "facts"});
    if (!root.is_map()) return policy;
    policy.hold_on = read_hold_on(root);
    if (root.get("critical")) policy.critical.clear();
    for (const Reader& item : list_of(root, "critical")) {
        if (const auto name = item.text()) policy.critical.push_back(*name);
    }
    for (const Reader& item : list_of(root, "accept"))
        policy.accept.push_back(read_acceptance(item));
    for (const Reader& item : list_of(root, "ignore"))
        policy.ignore.push_back(read_ignore(item));
    policy.services = read_services(root);
    policy.fact_classes = read_fact_classes(root);
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
