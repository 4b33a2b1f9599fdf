#include "tests/lab/net/scenario.hpp"

#include "controller/judge/policy/policy_yaml.hpp"
#include "tests/lab/net/limits.hpp"
#include "tests/lab/net/look.hpp"
#include "tests/lab/net/rehearsal.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

// The one key that names an injector, besides those that say where and when.
std::optional<std::string> injector_named(const yaml::Reader& from) {
    static const std::set<std::string> kFrame{"side", "at", "until"};
    std::optional<std::string> name;
    for (const auto& [key, value] : from.entries()) {
        if (kFrame.contains(key)) continue;
        if (name) {
            from.complain(fmt::format("one injector an entry: '{}' or '{}'?", *name, key));
            return std::nullopt;
        }
        name = key;
    }
    if (!name) from.complain("expected an injector, as in 'drop: {to: database}'");
    return name;
}

void read_frame(const yaml::Reader& from, Injection& injection) {
    const auto side = one_of(from, "side", {"production", "staging", "both"}, "production");
    injection.sides = side == "both" ? std::set<std::string>{"production", "staging"} : std::set{side};
    if (from.get("at")) injection.at = static_cast<int>(option(from, "at", 1, kMostWindows));
    if (from.get("until")) injection.until = static_cast<int>(option(from, "until", 1, kMostWindows));
    if (injection.until && *injection.until <= injection.at)
        from.complain("until comes after at, both in windows from the start");
}

std::optional<Injection> read_injection(const yaml::Reader& from) {
    const auto name = injector_named(from);
    if (!name) return std::nullopt;
    const auto* injector = find_injector(*name);
    if (injector == nullptr) {
        std::vector<std::string> known{"side", "at", "until"};
        for (const auto& one : injectors())
            known.emplace_back(one.name);
        from.expect_keys(known);
        return std::nullopt;
    }
    Injection injection;
    injection.name = *name;
    injection.line = from.line();
    read_frame(from, injection);
    const auto options = from.get(*name);
    if (!options) {
        from.complain(fmt::format("{} has options, as docs/laboratory.md tells", *name));
        return std::nullopt;
    }
    injection.effect = injector->read(*options);
    if (injection.at > 0 && injection.effect.plan && injection.effect.kinds.empty())
        from.complain(fmt::format("{} is there from the start: it has no 'at'", *name));
    if (injection.at == 0 && injection.effect.of_running)
        from.complain(fmt::format("{} is done to what runs: it needs an 'at'", *name));
    if (injection.until && injection.effect.stays)
        from.get("until")->complain(fmt::format("{} cannot be undone: it has no 'until'", *name));
    return injection;
}

std::vector<Injection> read_injections(const yaml::Reader& from, const char* key, bool on_both_sides) {
    std::vector<Injection> injections;
    const auto all = from.get(key);
    if (!all) return injections;
    if (!all->is_list()) all->complain(fmt::format("{} is a list of injections", key));
    for (const auto& item : all->items()) {
        auto injection = read_injection(item);
        if (!injection) continue;
        if (on_both_sides && !item.get("side")) injection->sides = {"production", "staging"};
        injections.push_back(std::move(*injection));
    }
    return injections;
}

void read_targets(const yaml::Reader& from, Scenario& scenario) {
    const auto& known = server_names();
    auto names = list(from, "dependencies");
    if (!from.get("dependencies")) names = {"database", "cache", "payments", "search"};
    for (const auto& name : names) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            from.get("dependencies")
                ->complain(fmt::format("no server '{}'; there are {}", name, fmt::join(known, ", ")));
        } else {
            scenario.targets[name] = target_of(name);
        }
    }
    if (const auto own = from.get("targets")) {
        for (const auto& [name, url] : own->entries())
            scenario.targets[name] = url.text().value_or("");
    }
    if (scenario.targets.empty()) from.complain("the tasks probe nothing");
}

// A policy that the gate refuses would break the scenario, minutes later.
std::string read_policy(const yaml::Reader& from) {
    auto text = option(from, "policy");
    if (text.empty()) return text;
    const auto policy = judge::parse_policy(text, "policy");
    if (!policy) from.get("policy")->complain(policy.error().message);
    return text;
}

// With those that a `target` adds.
std::set<std::string> probed_by(const Scenario& scenario) {
    std::set<std::string> probed;
    for (const auto& [dependency, url] : scenario.targets)
        probed.insert(dependency);
    for (const auto* injections : {&scenario.setup, &scenario.faults}) {
        for (const auto& one : *injections) {
            if (!one.effect.dependency.empty()) probed.insert(one.effect.dependency);
        }
    }
    return probed;
}

bool is_mended(const Scenario& scenario) {
    const auto& faults = scenario.faults;
    return std::any_of(faults.begin(), faults.end(), [](const auto& one) { return one.until.has_value(); });
}

void read_fleet(const yaml::Reader& from, FleetSpec& fleet) {
    const auto spec = from.get("fleet");
    if (!spec) return;
    spec->expect_keys({"zones", "each"});
    if (spec->get("zones")) fleet.zones = list(*spec, "zones");
    fleet.each = static_cast<int>(option(*spec, "each", fleet.each, kMostTasksInZone));
    const bool letters = std::all_of(fleet.zones.begin(), fleet.zones.end(), [](const std::string& zone) {
        return zone.size() == 1 && zone[0] >= 'a' && zone[0] <= 'h';
    });
    const bool distinct = std::set(fleet.zones.begin(), fleet.zones.end()).size() == fleet.zones.size();
    if (fleet.zones.empty() || !letters || !distinct)
        spec->complain("zones are distinct letters from a to h, as in [a, b]");
}

// The servers that a URL names.
void add_kinds_of(const std::string& url, std::set<ServerKind>& kinds) {
    for (const auto& server : server_names()) {
        if (url.find(host_of(server)) != std::string::npos) kinds.insert(place_of(server, 1).kind);
    }
}

}  // namespace

std::set<ServerKind> Scenario::kinds() const {
    std::set<ServerKind> needed{ServerKind::dnsmasq};
    for (const auto& [dependency, url] : targets)
        add_kinds_of(url, needed);
    for (const auto* injections : {&setup, &faults}) {
        for (const auto& injection : *injections) {
            needed.insert(injection.effect.kinds.begin(), injection.effect.kinds.end());
            add_kinds_of(injection.effect.url, needed);
        }
    }
    if (needed.contains(ServerKind::pgbouncer)) needed.insert(ServerKind::postgres);
    return needed;
}

int Scenario::first_change() const {
    int first = last_change();
    for (const auto* injections : {&setup, &faults}) {
        for (const auto& one : *injections) {
            const bool equal = one.at == 0 && one.sides.size() == 2;
            first = std::min(first, equal ? one.until.value_or(first) : one.at);
        }
    }
    return first;
}

int Scenario::last_change() const {
    int last = 0;
    for (const auto* injections : {&setup, &faults}) {
        for (const auto& one : *injections)
            last = std::max(last, one.until.value_or(one.at));
    }
    return last;
}

Scenario parse_scenario(const std::string& name, const std::string& text, yaml::Complaints& complaints) {
    Scenario scenario;
    scenario.name = name;
    const auto root = yaml::parse(text, complaints);
    if (!root) return scenario;
    root->expect_keys({"about", "quick", "dependencies", "targets", "fleet", "task", "policy", "setup",
                       "faults", "expect", "windows"});
    scenario.about = option(*root, "about");
    if (scenario.about.empty()) root->complain("about says in a sentence what happens");
    scenario.quick = flag(*root, "quick");
    read_targets(*root, scenario);
    read_fleet(*root, scenario.fleet);
    scenario.fleet.look = read_look(*root);
    scenario.policy = read_policy(*root);
    scenario.setup = read_injections(*root, "setup", true);
    scenario.faults = read_injections(*root, "faults", false);
    const auto expect = root->get("expect");
    if (expect) {
        scenario.expect = read_expectation(*expect, probed_by(scenario));
    } else {
        root->complain("expect says what the gate must answer");
    }
    const bool decoy = scenario.expect.verdict == "promote" && !scenario.expect.finding;
    scenario.windows = static_cast<int>(option(*root, "windows", decoy ? 6 : 8, kMostWindows));
    if (scenario.expect.after >= scenario.windows)
        expect->complain("after: fewer than 'windows', or none is left to look at");
    if (scenario.expect.held_meanwhile && !is_mended(scenario))
        expect->complain("meanwhile: only where a fault has an 'until'");
    if (complaints.empty()) rehearse(scenario, complaints);
    return scenario;
}

}  // namespace plumb::lab
