#include "controller/judge/tasks/task_shares.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

using Readings = std::vector<TaskReading>;

std::vector<Cluster> clusters_of(const Readings& readings) {
    constexpr double kMost = 1e15;  // what counts exactly as a double
    std::vector<Cluster> clusters;
    clusters.reserve(readings.size());
    for (const TaskReading& each : readings) {
        clusters.push_back({static_cast<std::uint64_t>(std::min(each.n, kMost)),
                            static_cast<std::uint64_t>(std::min(each.k, kMost))});
    }
    return clusters;
}

Readings choose(const Readings& readings, const Scope& scope, bool inside) {
    Readings chosen;
    std::copy_if(readings.begin(), readings.end(), std::back_inserter(chosen),
                 [&](const TaskReading& each) { return lies_in(*each.task, scope) == inside; });
    return chosen;
}

std::vector<ZonedCluster> by_zone(const Readings& readings) {
    const auto clusters = clusters_of(readings);
    std::vector<ZonedCluster> zoned;
    for (std::size_t i = 0; i < readings.size(); ++i)
        zoned.push_back({label_of(readings[i].task->labels, "zone"), clusters[i]});
    return zoned;
}

double share_of(const Readings& readings) {
    double n = 0;
    double k = 0;
    for (const TaskReading& each : readings) {
        n += each.n;
        k += each.k;
    }
    return n > 0 ? k / n : 0;
}

bool stands_out(const ShareTest& test, const ShareBar& bar) {
    return test.difference() >= bar.points && test.beyond_chance();
}

// Adds the place that explains it, when one does.
void find_place(const Readings& before, const Readings& after, const ShareBar& bar, TaskShares& shares) {
    Scope scope = explain_shares(after);
    const Readings inside = choose(after, scope, true);
    const bool spares =
        spares_the_rest(share_of(inside), share_of(choose(after, scope, false)), share_of(before));
    if (scope.labels.empty() || inside.empty() || !spares) return;
    const bool odd = !scope.by_place && inside.size() == 1;
    if (inside.size() < bar.minimum_tasks && !(odd && shares.found)) return;
    // The place was chosen by what it shows; the test pays for the choice.
    const double paid = bar.level / static_cast<double>(scope.choices);
    const auto test = test_shares(in_zones_of(by_zone(before), by_zone(inside)), clusters_of(inside), paid,
                                  {kUsualCorrelation, design_effect(clusters_of(before))});
    if (!shares.found && !stands_out(test, bar)) return;
    shares.found = true;
    shares.one_odd_task = odd;
    shares.test = test;
    shares.scope = std::move(scope);
    shares.inside = inside.size();
}

// A few tasks that show it strongly, wherever they are.
void find_outliers(const Readings& before, const Readings& after, const ShareBar& bar, TaskShares& shares) {
    const auto reference = in_zones_of(by_zone(before), by_zone(after));
    const auto found = outliers(reference, clusters_of(after), bar.level);
    if (found.empty()) return;
    Readings inside;
    std::vector<const TaskEvidence*> affected;
    std::vector<const TaskEvidence*> others;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const bool shows = std::find(found.begin(), found.end(), i) != found.end();
        (shows ? affected : others).push_back(after[i].task);
        if (shows) inside.push_back(after[i]);
    }
    shares.found = true;
    shares.one_odd_task = affected.size() == 1 && others.size() >= 2;
    shares.test =
        test_shares(reference, clusters_of(inside), bar.level, {kUsualCorrelation, design_effect(reference)});
    shares.scope = explain(affected, others);
    shares.inside = inside.size();
}

}  // namespace

TaskShares compare_shares(const Readings& before, const Readings& after, const ShareBar& bar) {
    TaskShares shares;
    const bool none = share_of(after) == 0;  // the usual case, of thousands of tasks
    shares.test = test_shares(none ? clusters_of(before) : in_zones_of(by_zone(before), by_zone(after)),
                              clusters_of(after), bar.level);
    shares.inside = shares.all = after.size();
    shares.found = stands_out(shares.test, bar);
    if (none || (!shares.found && !differ(clusters_of(after)))) return shares;
    find_place(before, after, bar, shares);
    if (!shares.found) find_outliers(before, after, bar, shares);
    return shares;
}

void tell_test(const TaskShares& shares, const ShareBar& bar, Comparison& comparison) {
    const ShareTest& test = shares.test;
    const double above = 100 * (test.difference() - bar.points);
    comparison.found = shares.found;
    comparison.test = in_words(test);
    comparison.interval = interval_words(test);
    comparison.threshold = fmt::format("{:.0f} points, beyond what tasks differ by", 100 * bar.points);
    comparison.margin = fmt::format("{:.1f} points {}; {}", std::abs(above), above < 0 ? "below" : "above",
                                    margin_words(test));
}

}  // namespace plumb::judge
