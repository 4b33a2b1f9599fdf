#include "tests/lab/net/judge_answer.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, const std::string& key) {
    const auto* value = from.if_contains(key);
    if (value == nullptr) return {};
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

json::object json_of(const Labels& labels) {
    json::object made;
    for (const auto& [name, value] : labels)
        made[name] = value;
    return made;
}

std::set<std::string> dependencies_of(const json::object& finding) {
    std::set<std::string> names;
    const auto* evidence = finding.if_contains("evidence");
    const auto* list = evidence != nullptr && evidence->is_object()
                           ? evidence->as_object().if_contains("dependencies")
                           : nullptr;
    if (list == nullptr || !list->is_array()) return names;
    for (const auto& name : list->as_array())
        names.emplace(name.as_string());
    return names;
}

// One root that several dependencies show is blamed on any of them, and names them all.
std::optional<std::string> differs_in_dependencies(const json::object& found,
                                                   const ExpectedFinding& expected) {
    if (expected.dependencies.empty()) return std::nullopt;
    const auto blamed = text_of(found, "dependency");
    const auto all = dependencies_of(found);
    if (expected.dependencies.contains(blamed) && all == expected.dependencies) return std::nullopt;
    return fmt::format("dependency is {}, which shares it with {}, not one of {} together", blamed,
                       all.empty() ? "none" : fmt::format("{}", fmt::join(all, ", ")),
                       fmt::join(expected.dependencies, ", "));
}

std::vector<std::string> differences(const json::object& found, const ExpectedFinding& expected) {
    std::vector<std::string> wrong;
    for (const auto& [key, wanted] : expected.texts) {
        const auto actual = text_of(found, key);
        if (actual != wanted) wrong.push_back(fmt::format("{} is {}, not {}", key, actual, wanted));
    }
    if (auto other = differs_in_dependencies(found, expected)) wrong.push_back(std::move(*other));
    if (expected.scope) {
        const auto* scope = found.if_contains("scope");
        const auto wanted = json_of(*expected.scope);
        if (scope == nullptr || *scope != json::value(wanted))
            wrong.push_back(
                fmt::format("scope is {}, not {}", text_of(found, "scope"), json::serialize(wanted)));
    }
    return wrong;
}

std::string in_words(const json::object& finding) {
    return fmt::format("{} {} {} {} {} {}", text_of(finding, "severity"), text_of(finding, "dependency"),
                       text_of(finding, "layer"), text_of(finding, "cause"), text_of(finding, "subject"),
                       text_of(finding, "scope"));
}

// Beyond the first: critical ones must be expected, too; warnings must where nothing is expected or all are
// counted.
void judge_others(const json::array& findings, std::size_t from, const Expectation& expect, Judged& judged) {
    for (std::size_t i = from; i < findings.size(); ++i) {
        const auto& finding = findings[i].as_object();
        const bool known = std::any_of(expect.also.begin(), expect.also.end(), [&](const auto& other) {
            return differences(finding, other).empty();
        });
        const bool critical = text_of(finding, "severity") == "critical";
        const bool bothers = critical || expect.findings || (!expect.finding && !expect.warnings);
        if (!known && bothers) judged.wrong.push_back("also found: " + in_words(finding));
    }
}

void judge_count(const json::array& findings, const Expectation& expect, Judged& judged) {
    if (!expect.findings || *expect.findings == findings.size()) return;
    std::vector<std::string> all;
    for (const auto& finding : findings)
        all.push_back(in_words(finding.as_object()));
    judged.wrong.push_back(fmt::format("there are {} findings, not {}: {}", findings.size(), *expect.findings,
                                       fmt::join(all, "; ")));
}

// Evidence comes window by window, so a hold may be told late. But who waits for the gate stops at the first
// hold: it must be the right one. What must not hold may not hold for a moment, what must not promote may not
// either (without evidence the gate says `insufficient`), and where nothing is to be seen no warning may
// flicker.
bool is_hopeless(const Judged& judged, bool found_any, const Expectation& expect) {
    if (judged.verdict == "hold") return !judged.wrong.empty();
    if (judged.verdict == "promote" && expect.verdict == "insufficient") return true;
    return expect.verdict == "promote" && !expect.finding && !expect.warnings && found_any &&
           !judged.wrong.empty();
}

}  // namespace

Judged judge_answer(const std::string& answer, const Expectation& expect) {
    Judged judged;
    boost::system::error_code failed;
    const auto parsed = json::parse(answer, failed);
    if (failed || !parsed.is_object()) {
        judged.wrong.emplace_back("the gate gave no answer");
        return judged;
    }
    const auto& report = parsed.as_object();
    judged.verdict = text_of(report, "verdict");
    if (judged.verdict != expect.verdict)
        judged.wrong.push_back(fmt::format("the verdict is {}, not {}", judged.verdict, expect.verdict));
    const auto& findings = report.at("findings").as_array();
    if (!findings.empty()) judged.first = in_words(findings[0].as_object());
    if (expect.finding && findings.empty()) {
        judged.wrong.emplace_back("nothing was found");
    } else if (expect.finding) {
        for (auto& wrong : differences(findings[0].as_object(), *expect.finding))
            judged.wrong.push_back(std::move(wrong));
    }
    judge_others(findings, expect.finding ? 1 : 0, expect, judged);
    judge_count(findings, expect, judged);
    judged.hopeless = is_hopeless(judged, !findings.empty(), expect);
    return judged;
}

bool agrees(const std::string& verdict, int exit_code) {
    if (verdict == "promote") return exit_code == 0;
    if (verdict == "hold") return exit_code == 1;
    return verdict == "insufficient" && exit_code == 3;
}

}  // namespace plumb::lab
