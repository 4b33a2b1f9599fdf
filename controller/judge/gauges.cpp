// Headroom: how far an amount stands from the limit at which it refuses. What makes room at its limit (a
// cache that evicts) may be full.
#include "controller/judge/rules.hpp"
#include "controller/judge/scope.hpp"
#include "controller/judge/statistics.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

struct Reading {
    const TaskEvidence* task = nullptr;
    double used = 0;
    double limit = 0;
    double headroom() const { return std::clamp((limit - used) / limit, 0.0, 1.0); }
};

// Not seen for longer than the task ever left between two sightings.
bool is_history(const TaskEvidence& task, const GaugeEvidence& gauge, unsigned stale_windows) {
    const Time::duration age = task.last_window - gauge.points.back().end;
    Time::duration usual = std::max(task.window_length, std::chrono::milliseconds(1));
    if (age <= usual * static_cast<long>(stale_windows)) return false;
    for (std::size_t i = 1; i < gauge.points.size(); ++i)
        usual = std::max(usual, gauge.points[i].end - gauge.points[i - 1].end);
    return age > usual * static_cast<long>(stale_windows);
}

// The amount reached in two of the last three windows: one spike does not hold a release.
std::optional<Reading> reading(const TaskEvidence& task, const GaugeEvidence& gauge, unsigned stale_windows) {
    if (gauge.points.empty() || is_history(task, gauge, stale_windows)) return std::nullopt;
    const GaugePoint& latest = gauge.points.back();
    if (!latest.refuses_at_limit || !latest.limit || *latest.limit <= 0) return std::nullopt;
    std::vector<double> highest;
    const std::size_t from = gauge.points.size() > 3 ? gauge.points.size() - 3 : 0;
    for (std::size_t i = from; i < gauge.points.size(); ++i)
        highest.push_back(gauge.points[i].max);
    std::sort(highest.rbegin(), highest.rend());
    return Reading{&task, std::max(0.0, highest[highest.size() > 1 ? 1 : 0]), *latest.limit};
}

using Side = std::vector<Reading>;
using Gauges = std::map<std::string, std::pair<Side, Side>>;

void collect(const std::vector<Member>& members, unsigned stale_windows, Side std::pair<Side, Side>::*side,
             Gauges& gauges) {
    for (const Member& member : members) {
        for (const GaugeEvidence& gauge : member.evidence->gauges) {
            auto found = reading(*member.task, gauge, stale_windows);
            if (found) (gauges[gauge.name].*side).push_back(*found);
        }
    }
}

// The middle of the tasks' readings, in words. Tasks that look at one server see one amount.
std::string in_words(const Side& side) {
    if (side.empty()) return "not seen";
    std::vector<double> used;
    std::vector<double> limit;
    std::vector<double> headroom;
    for (const Reading& each : side) {
        used.push_back(each.used);
        limit.push_back(each.limit);
        headroom.push_back(each.headroom());
    }
    return fmt::format("{:.10g} of {:.10g}, {:.0f} % free", median(used), median(limit),
                       100 * median(headroom));
}

double middle_headroom(const Side& side) {
    std::vector<double> headroom;
    for (const Reading& each : side)
        headroom.push_back(each.headroom());
    return median(headroom);
}

Side below(const Side& side, double limit) {
    Side chosen;
    std::copy_if(side.begin(), side.end(), std::back_inserter(chosen),
                 [limit](const Reading& each) { return each.headroom() < limit; });
    return chosen;
}

bool enough(const Side& low, const Side& all) {
    return low.size() >= 2 || (!low.empty() && all.size() == 1);
}

void set_scope(const Side& low, const Side& all, Finding& finding) {
    std::set<const TaskEvidence*> affected;
    for (const Reading& each : low)
        affected.insert(each.task);
    std::vector<const TaskEvidence*> others;
    for (const Reading& each : all) {
        if (!affected.contains(each.task)) others.push_back(each.task);
    }
    std::vector<const TaskEvidence*> tasks;
    for (const Reading& each : low)
        tasks.push_back(each.task);
    finding.scope = explain(tasks, others).labels;
}

std::optional<Finding> judge_headroom(const View& view, const DependencyView& dependency,
                                      const std::string& name, const std::pair<Side, Side>& sides) {
    const auto& [before, after] = sides;
    Side low = below(after, view.thresholds().headroom_hold);
    const bool holds = enough(low, after);
    if (!holds) low = below(after, view.thresholds().headroom_warn);
    if (low.empty()) return std::nullopt;
    const bool own = dependency.kind == "task";
    Finding finding =
        finding_for("gauge.headroom", dependency.name, own ? Layer::task : Layer::server, "gauge:" + name);
    if (own) finding.category = Category::exhaustion;
    finding.severity = holds ? Severity::critical : Severity::warning;
    finding.baseline = in_words(before);
    finding.candidate = in_words(low);
    finding.confidence = confidence(1);
    finding.evidence["headroom"] = {{"candidate", rounded(middle_headroom(low))}};
    if (!before.empty()) {
        finding.evidence["headroom"].as_object()["baseline"] = rounded(middle_headroom(before));
        // Low on both sides is no difference, yet the danger is the candidate's all the same.
        finding.evidence["baseline_low_too"] = middle_headroom(before) < view.thresholds().headroom_hold;
    }
    finding.evidence["tasks"] = {{"low", low.size()}, {"of", after.size()}};
    set_scope(low, after, finding);
    return finding;
}

// What the baseline shows with a limit and the candidate, although its runs succeed, does not. A candidate
// that shows the amount without a limit has none to run into.
void note_unseen(const DependencyView& dependency, const std::string& name, Judgement& judgement) {
    const bool own = dependency.kind == "task";
    const bool unlimited =
        std::any_of(dependency.candidate.begin(), dependency.candidate.end(), [&](const Member& member) {
            const auto& gauges = member.evidence->gauges;
            return std::any_of(gauges.begin(), gauges.end(), [&](const GaugeEvidence& gauge) {
                return gauge.name == name && !gauge.points.empty() && !gauge.points.back().refuses_at_limit;
            });
        });
    if (unlimited || dependency.candidate.empty() || (!own && !any_success(dependency.candidate))) return;
    judgement.gaps.push_back({dependency.name, "gauge:" + name,
                              "the baseline shows it with a limit, the candidate does not", !own});
}

}  // namespace

void judge_gauges(const View& view, Judgement& judgement) {
    for (const DependencyView& dependency : view.dependencies) {
        Gauges gauges;
        const unsigned stale = view.thresholds().stale_windows;
        collect(dependency.baseline, stale, &std::pair<Side, Side>::first, gauges);
        collect(dependency.candidate, stale, &std::pair<Side, Side>::second, gauges);
        for (const auto& [name, sides] : gauges) {
            if (sides.second.empty()) {
                note_unseen(dependency, name, judgement);
                continue;
            }
            ++judgement.judged.gauges;
            if (auto finding = judge_headroom(view, dependency, name, sides)) {
                judgement.findings.push_back(std::move(*finding));
            }
        }
    }
}

}  // namespace plumb::judge
