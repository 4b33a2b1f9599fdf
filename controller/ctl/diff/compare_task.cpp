#include "controller/ctl/diff/compare_task.hpp"

#include "controller/ctl/diff/rules.hpp"
#include "controller/judge/answer/own_evidence.hpp"
#include "controller/judge/facts/list_words.hpp"
#include "controller/judge/facts/other_variables.hpp"
#include "controller/judge/statistics/ranking.hpp"
#include "model/fact_list.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using judge::Finding;
using judge::Severity;

constexpr const char* kNotThere = "not there";
constexpr const char* kTask = "task";

Finding start(const std::string& cause, std::string subject) {
    const auto& info = cause_info(parse_cause(cause).value_or(Cause::unknown));
    Finding finding;
    finding.category = info.category;
    finding.severity = Severity::critical;
    finding.dependency = kTask;
    finding.layer = Layer::task;
    finding.cause = cause;
    finding.subject = std::move(subject);
    finding.confidence = 1;
    finding.reason = info.reason;
    finding.action = info.action;
    return finding;
}

template <class Map>
auto find(const Map& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() ? nullptr : &at->second;
}

std::vector<std::string> pages_of(const SavedDependency& side, const std::string& fact) {
    std::vector<std::string> pages;
    for (std::size_t number = 0; number < kMaxFacts; ++number) {
        const auto* page = find(side.facts, fmt::format("{}{}{}", fact, kListPages, number));
        // Pages are numbered from 0 or from 1.
        if (page == nullptr && number > 0) break;
        if (page != nullptr) pages.push_back(page->value);
    }
    return pages;
}

judge::TaskVariables variables_of(const SavedDependency& side) {
    judge::TaskVariables out;
    for (const auto& [name, fact] : side.facts)
        judge::add_fact(name, fact.value, out);
    judge::add_pages(pages_of(side, std::string(judge::kOtherVariables)), out);
    return out;
}

class Comparer {
  public:
    Comparer(const SavedDependency& a, const SavedDependency& b, std::vector<Finding>& out)
        : a_(a), b_(b), variables_a_(variables_of(a)), variables_b_(variables_of(b)), out_(out) {}

    void facts() {
        std::set<std::string> names;
        for (const auto* side : {&a_, &b_}) {
            for (const auto& [name, fact] : side->facts) {
                if (!is_list_page(name)) names.insert(name);
            }
        }
        for (const auto& name : names)
            fact(name, find(a_.facts, name), find(b_.facts, name));
    }

    void checks() {
        for (const auto& [name, check] : b_.checks) {
            const auto* before = find(a_.checks, name);
            if (!check.failed || (before != nullptr && before->failed)) continue;
            failed(name, check, "passes", check.detail, Severity::critical);
        }
        // A baseline that fails where the candidate passes is a difference, but no reason to stop the
        // candidate.
        for (const auto& [name, check] : a_.checks) {
            const auto* after = find(b_.checks, name);
            if (check.failed && after != nullptr && !after->failed)
                failed(name, check, check.detail, "passes", Severity::warning);
        }
    }

    void gauges() {
        for (const auto& [name, before] : a_.gauges) {
            if (const auto* after = find(b_.gauges, name)) gauge(name, before, *after);
        }
    }

  private:
    void failed(const std::string& name, const SavedCheck& check, const std::string& before,
                const std::string& after, Severity severity) {
        Finding finding = start(check.cause, "failures");
        finding.severity = severity;
        finding.baseline = before;
        finding.candidate = after;
        finding.evidence["phase"] = name;
        out_.push_back(std::move(finding));
    }

    void fact(const std::string& name, const SavedFact* a, const SavedFact* b) {
        const auto* told = b != nullptr ? b : a;
        const FactClass cls = told->cls.value_or(FactClass::informational);
        if (cls == FactClass::informational || cls == FactClass::must_agree) return;
        const bool both = a != nullptr && b != nullptr;
        if (both && (a->value == b->value) != (cls == FactClass::must_differ)) return;
        if (!both && cls == FactClass::must_differ) return;
        if (!both && may_have(a == nullptr ? variables_a_ : variables_b_, name, cls)) return;
        if (name == judge::kOtherVariables) return other_variables(cls, a, b);
        const bool lacking = b == nullptr || b->value == kMissing;
        const bool missing = !both || a->value == kMissing || lacking;
        Finding finding = start(missing ? "fact.missing" : "fact.differs", "fact:" + name);
        finding.baseline = a == nullptr ? kNotThere : a->value;
        finding.candidate = b == nullptr ? kNotThere : b->value;
        finding.evidence["class"] = to_string(cls);
        finding.evidence["values"] = values_of(a, b);
        // What only the candidate has, and what is ordered, stops nobody.
        const bool only_more = missing && !lacking;
        if (cls == FactClass::ordered || cls == FactClass::must_differ || only_more)
            finding.severity = Severity::warning;
        if (cls == FactClass::ordered && both) direction(a->value, b->value, finding);
        if (cls == FactClass::must_differ)
            finding.reason =
                "A secret is the same in both environments: one of them holds the other's, or both share "
                "one.";
        judge::tell_lists_of_pages(pages_of(a_, name), pages_of(b_, name), finding);
        out_.push_back(std::move(finding));
    }

    // Of names that are told one by one on some side, their own facts tell.
    void other_variables(FactClass cls, const SavedFact* a, const SavedFact* b) {
        const auto others = judge::compare_others(variables_a_, variables_b_);
        if (!others.differs) return;
        Finding finding = start("fact.differs", fmt::format("fact:{}", judge::kOtherVariables));
        finding.baseline = a == nullptr ? kNotThere : a->value;
        finding.candidate = b == nullptr ? kNotThere : b->value;
        finding.evidence["class"] = to_string(cls);
        finding.evidence["values"] = values_of(a, b);
        if (!others.lacking) finding.severity = Severity::warning;
        judge::tell_list_difference(others.names, finding);
        out_.push_back(std::move(finding));
    }

    // What a policy may accept.
    static boost::json::object values_of(const SavedFact* a, const SavedFact* b) {
        boost::json::object values;
        values["baseline"] = a == nullptr ? boost::json::array() : boost::json::array{a->value};
        values["candidate"] = b == nullptr ? boost::json::array() : boost::json::array{b->value};
        return values;
    }

    static void direction(const std::string& a, const std::string& b, Finding& finding) {
        const auto order = judge::natural_order(b, a);
        if (order == judge::Order::same) return;
        finding.candidate +=
            order == judge::Order::lower ? ", lower than the other" : ", higher than the other";
    }

    // Limits are told by facts of their own.
    void gauge(const std::string& name, const SavedGauge& a, const SavedGauge& b) {
        const bool refuses = refuses_at_limit(name, b.refuses_at_limit);
        const double before = a.headroom().value_or(1);
        const double after = b.headroom().value_or(1);
        const bool scarce = (before < kLowHeadroom) != (after < kLowHeadroom);
        if (!refuses || !scarce || std::abs(before - after) < kHeadroomNoise) return;
        const bool warmup = name == "task.warmup";
        Finding finding =
            start(warmup ? "warmup.margin" : "gauge.headroom", warmup ? "warmup" : "gauge:" + name);
        if (!warmup) finding.category = Category::exhaustion;
        finding.severity = after < kLowHeadroom ? Severity::critical : Severity::warning;
        const auto words = [](const SavedGauge& side) {
            return side.limit ? fmt::format("{:.10g} of {:.10g}", side.highest, *side.limit)
                              : fmt::format("{:.10g}, no limit", side.highest);
        };
        finding.baseline = words(a);
        finding.candidate = words(b);
        out_.push_back(std::move(finding));
    }

    const SavedDependency& a_;
    const SavedDependency& b_;
    const judge::TaskVariables variables_a_;
    const judge::TaskVariables variables_b_;
    std::vector<Finding>& out_;
};

// Causes stand before what they explain: another system before everything else of the image.
std::vector<Finding> folded(std::vector<Finding> findings) {
    std::stable_partition(findings.begin(), findings.end(),
                          [](const Finding& each) { return each.subject == "fact:image.os"; });
    std::vector<Finding> roots;
    for (Finding& finding : findings) {
        const auto root = std::find_if(roots.begin(), roots.end(), [&](const Finding& each) {
            return judge::own_fact_explains(each.subject, finding.subject);
        });
        if (root == roots.end()) {
            roots.push_back(std::move(finding));
        } else {
            root->severity = std::min(root->severity, finding.severity);
            root->folded.push_back(std::move(finding));
        }
    }
    return roots;
}

}  // namespace

std::vector<Finding> compare_tasks(const SavedDependency& baseline, const SavedDependency& candidate) {
    std::vector<Finding> out;
    Comparer comparer(baseline, candidate, out);
    comparer.checks();
    comparer.facts();
    comparer.gauges();
    return folded(std::move(out));
}

}  // namespace plumb::ctl
