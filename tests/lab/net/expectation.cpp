#include "tests/lab/net/expectation.hpp"

#include "base/text.hpp"
#include "model/cause.hpp"
#include "tests/lab/net/injectors.hpp"
#include "tests/lab/net/limits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

const std::vector<std::string> kFindingKeys{"category", "severity", "dependency", "layer",
                                            "cause",    "subject",  "scope"};

// Words of a closed list: one that the gate cannot say would never come.
void check_words(const yaml::Reader& from, const ExpectedFinding& finding) {
    const auto check = [&](const char* key, const auto& known, const char* where) {
        const auto text = finding.texts.find(key);
        if (text == finding.texts.end() || known(text->second)) return;
        from.get(key)->complain(fmt::format("no {} '{}'; {}", key, text->second, where));
    };
    check("category", parse_category, "drift, saturation, exhaustion or health");
    check("layer", parse_layer, "resolve, connect, handshake, authenticate, request, server or task");
    check("cause", parse_cause, "docs/causes.md has them all");
    if (from.get("severity")) one_of(from, "severity", {"critical", "warning"});
}

// The judge says `task` of what concerns no dependency, and `*` of all alike.
void check_dependency(const yaml::Reader& from, const std::string& name,
                      const std::set<std::string>& probed) {
    if (probed.contains(name) || name == "task" || name == "*") return;
    const auto near = nearest(name, {probed.begin(), probed.end()});
    from.complain(fmt::format("no task probes '{}'; {}", name,
                              near.empty() ? fmt::format("they probe {}", fmt::join(probed, ", "))
                                           : "did you mean '" + near + "'?"));
}

ExpectedFinding read_finding(const yaml::Reader& from, const std::set<std::string>& probed) {
    ExpectedFinding finding;
    for (const char* key : {"category", "severity", "layer", "cause", "subject"}) {
        if (from.get(key)) finding.texts[key] = option(from, key);
    }
    if (const auto dependency = from.get("dependency")) {
        const auto names = list(from, "dependency");
        for (const auto& name : names)
            check_dependency(*dependency, name, probed);
        if (dependency->is_list()) {
            finding.dependencies.insert(names.begin(), names.end());
            if (finding.dependencies.size() < 2)
                dependency->complain("a list names two dependencies or more that show the same");
        } else if (!names.empty()) {
            finding.texts["dependency"] = names[0];
        }
    }
    check_words(from, finding);
    if (from.get("scope")) finding.scope = labels_of(from, "scope");
    return finding;
}

void must_name(const yaml::Reader& from, const char* what, const std::vector<std::string>& keys) {
    std::vector<std::string> missing;
    for (const auto& key : keys) {
        if (!from.get(key)) missing.push_back(key);
    }
    if (!missing.empty())
        from.complain(fmt::format("{} names its {}; missing: {}", what, fmt::join(keys, ", "),
                                  fmt::join(missing, ", ")));
}

void read_also(const yaml::Reader& from, const std::set<std::string>& probed, Expectation& expect) {
    const auto also = from.get("also");
    if (!also) return;
    for (const auto& item : also->items()) {
        item.expect_keys(kFindingKeys);
        must_name(item, "a further finding", {"dependency", "cause"});
        expect.also.push_back(read_finding(item, probed));
    }
}

}  // namespace

Expectation read_expectation(const yaml::Reader& from, const std::set<std::string>& probed) {
    auto known = kFindingKeys;
    known.insert(known.end(), {"verdict", "also", "warnings", "meanwhile", "after", "findings"});
    from.expect_keys(known);
    Expectation expect;
    expect.verdict = one_of(from, "verdict", {"promote", "hold", "insufficient"});
    expect.warnings = flag(from, "warnings");
    if (from.get("meanwhile")) expect.held_meanwhile = one_of(from, "meanwhile", {"hold"}) == "hold";
    if (from.get("after")) expect.after = static_cast<int>(option(from, "after", 1, kMostWindows - 1));
    if (from.get("findings")) {
        expect.findings = static_cast<std::size_t>(option(from, "findings", 1, kMostFindings));
        expect.warnings = true;
    }
    auto finding = read_finding(from, probed);
    if (!finding.texts.empty() || !finding.dependencies.empty() || finding.scope) {
        if (!finding.scope) finding.scope = Labels{};
        expect.finding = std::move(finding);
    }
    if (expect.verdict == "hold") must_name(from, "a hold", {"category", "dependency", "layer", "cause"});
    read_also(from, probed, expect);
    return expect;
}

}  // namespace plumb::lab
