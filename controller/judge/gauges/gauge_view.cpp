#include "controller/judge/gauges/gauge_view.hpp"

#include "base/text.hpp"
#include "controller/judge/evidence/ahead.hpp"
#include "controller/judge/scope/scope.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

// Not seen for longer than the task ever left between two sightings.
bool is_history(const TaskEvidence& task, const GaugeEvidence& gauge, unsigned stale_windows) {
    const Time::duration age = task.last_window - gauge.points.back().end;
    Time::duration usual = std::max(task.window_length, std::chrono::milliseconds(1));
    if (age <= usual * static_cast<long>(stale_windows)) return false;
    for (std::size_t i = 1; i < gauge.points.size(); ++i)
        usual = std::max(usual, gauge.points[i].end - gauge.points[i - 1].end);
    return age > usual * static_cast<long>(stale_windows);
}

// The second highest of the newest three windows; the only one when there is no other.
double reached(const std::vector<GaugePoint>& points) {
    double highest = points.back().max;
    double second = highest;
    for (std::size_t back = 1; back < std::min<std::size_t>(3, points.size()); ++back) {
        const double amount = points[points.size() - 1 - back].max;
        second = back == 1 ? std::min(highest, amount) : std::max(second, std::min(highest, amount));
        highest = std::max(highest, amount);
    }
    return std::max(0.0, second);
}

std::optional<Reading> reading(const Member& member, const GaugeEvidence& gauge, unsigned stale_windows) {
    if (gauge.points.empty()) return std::nullopt;
    const GaugePoint& latest = gauge.points.back();
    if (!latest.refuses_at_limit || !latest.limit || *latest.limit <= 0) return std::nullopt;
    if (is_history(*member.task, gauge, stale_windows)) return std::nullopt;
    return Reading{&member, &gauge, reached(gauge.points), *latest.limit};
}

using Side = Readings GaugeView::*;

void collect(const std::vector<Member>& members, unsigned stale_windows, Side side,
             const DependencyView& dependency, std::vector<GaugeView>& gauges) {
    const auto add = [&](const Member& member) {
        auto from = gauges.begin();  // both are by name, so what comes next lies behind
        for (const GaugeEvidence& gauge : member.evidence->gauges) {
            const auto found = reading(member, gauge, stale_windows);
            if (!found) continue;
            while (from != gauges.end() && from->name < gauge.name)
                ++from;
            if (from == gauges.end() || from->name != gauge.name)
                from = gauges.insert(from, GaugeView{&dependency, gauge.name, {}, {}});
            if (((*from).*side).empty()) ((*from).*side).reserve(members.size());
            ((*from).*side).push_back(*found);
        }
    };
    walk(
        members, add, [](const Member& member) { ask_for(&member.evidence->gauges); },
        [](const Member& member) { ask_for_all(member.evidence->gauges); },
        [](const Member& member) {
            for (const GaugeEvidence& gauge : member.evidence->gauges) {
                if (!gauge.points.empty()) ask_for_whole(gauge.points.back());
            }
        });
}

template <class Number>
double middle(const Readings& readings, Number number) {
    std::vector<double> values;
    values.reserve(readings.size());
    for (const Reading& each : readings)
        values.push_back(number(each));
    return median(std::move(values));
}

Labels scope_of(const Readings& some, const Readings& all) {
    std::set<const TaskEvidence*> affected;
    std::vector<const TaskEvidence*> tasks;
    for (const Reading& each : some) {
        affected.insert(each.member->task);
        tasks.push_back(each.member->task);
    }
    std::vector<const TaskEvidence*> others;
    for (const Reading& each : all) {
        if (!affected.contains(each.member->task)) others.push_back(each.member->task);
    }
    return explain(tasks, others).labels;
}

}  // namespace

double Reading::headroom() const {
    return std::clamp((limit - used) / limit, 0.0, 1.0);
}

bool counts_clients(std::string_view name) {
    const auto parts = split(name, '.');
    return std::any_of(parts.begin(), parts.end(),
                       [](std::string_view part) { return part == "connections" || part == "clients"; });
}

std::vector<GaugeView> gauges_of(const DependencyView& dependency, unsigned stale_windows) {
    std::vector<GaugeView> gauges;
    collect(dependency.baseline, stale_windows, &GaugeView::baseline, dependency, gauges);
    collect(dependency.candidate, stale_windows, &GaugeView::candidate, dependency, gauges);
    return gauges;
}

double middle_used(const Readings& readings) {
    return middle(readings, [](const Reading& each) { return each.used; });
}

double middle_limit(const Readings& readings) {
    return middle(readings, [](const Reading& each) { return each.limit; });
}

double middle_headroom(const Readings& readings) {
    return middle(readings, [](const Reading& each) { return each.headroom(); });
}

std::string in_words(const Readings& readings) {
    if (readings.empty()) return "not seen";
    return fmt::format("{:.10g} of {:.10g}, {:.0f} % free", middle_used(readings), middle_limit(readings),
                       100 * middle_headroom(readings));
}

bool enough(const Readings& some, const Readings& all) {
    return some.size() >= 2 || (!some.empty() && all.size() == 1);
}

Finding gauge_finding(std::string_view cause, const GaugeView& gauge, const Readings& some) {
    Finding finding = finding_for(cause, gauge.dependency->name, gauge.own() ? Layer::task : Layer::server,
                                  fmt::format("gauge:{}", gauge.name));
    if (gauge.own()) finding.category = Category::exhaustion;
    finding.baseline = in_words(gauge.baseline);
    finding.candidate = in_words(some);
    finding.confidence = confidence(1);
    finding.scope = scope_of(some, gauge.candidate);
    return finding;
}

Comparison gauge_comparison(const GaugeView& gauge, std::string test) {
    Comparison comparison;
    comparison.dependency = gauge.dependency->name;
    comparison.subject = fmt::format("gauge:{}", gauge.name);
    comparison.test = std::move(test);
    comparison.evidence = fmt::format("{} on {} of the baseline's tasks against {} on {} of the candidate's",
                                      in_words(gauge.baseline), gauge.baseline.size(),
                                      in_words(gauge.candidate), gauge.candidate.size());
    return comparison;
}

}  // namespace plumb::judge
