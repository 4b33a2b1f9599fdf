#include "controller/judge/evidence/share_test.hpp"
#include "controller/judge/failures/failures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kFalseAlarm = 0.001;  // for all failure tests of one comparison together
constexpr std::size_t kTasksOfPlace = 2;
constexpr double kToldPoints = 0.005;      // weighing by zone changes the baseline's share by so much
constexpr double kShownByPlace = 2.0 / 3;  // of a place's tasks: the others may be spared by chance

struct SoftReading {  // what the rule saw: of all tasks, of those of one place, or of a few by themselves
    ShareTest test;
    Scope scope;
    std::vector<PhaseTask> tasks;
    std::string quiet;    // why it is no finding; empty: it is one
    bool unsure = false;  // a large difference that chance could make
};

std::size_t tasks_with_windows(const std::vector<PhaseTask>& tasks, unsigned windows) {
    return static_cast<std::size_t>(std::count_if(tasks.begin(), tasks.end(), [&](const PhaseTask& each) {
        return each.phase->reached > 0 && each.task->windows >= windows;
    }));
}

// The windows that reached the phase, newest first: whether the fault shows there.
std::vector<bool> presence(const std::vector<PhaseTask>& tasks, double baseline_share, double points) {
    std::vector<bool> shows;
    for (std::size_t back = 0; back < kRecentWindows; ++back) {
        const Counts counts = window_back(tasks, back);
        if (counts.reached > 0) shows.push_back(counts.share() - baseline_share >= points);
    }
    return shows;
}

double points_of(const PhaseQuestion& question) {
    return question.view->thresholds().failure_points;
}

// How far the failures of one task usually go together.
double correlation_of(const PhaseQuestion& question) {
    return question.view->thresholds().task_correlation;
}

double level_of(const PhaseQuestion& question, std::size_t questions) {
    return kFalseAlarm * question.view->alarm_share /
           static_cast<double>(std::max<std::size_t>(questions, 1));
}

std::vector<ZonedCluster> by_zone(const std::vector<PhaseTask>& tasks) {
    std::vector<ZonedCluster> clusters;
    for (const PhaseTask& each : tasks) {
        if (each.phase->reached > 0)
            clusters.push_back({each.zone, {each.phase->reached, each.phase->failed}});
    }
    return clusters;
}

// Of three tasks and more, one may have its own trouble.
Counts without_worst(const std::vector<PhaseTask>& tasks) {
    const auto worst = std::max_element(
        tasks.begin(), tasks.end(),
        [](const PhaseTask& a, const PhaseTask& b) { return a.range().share() < b.range().share(); });
    Counts counts;
    for (auto each = tasks.begin(); each != tasks.end(); ++each) {
        if (tasks.size() < 3 || each != worst) counts.add(each->range());
    }
    return counts;
}

SoftReading read(const PhaseQuestion& question, const std::vector<PhaseTask>& before,
                 std::vector<PhaseTask> after, double level, double least_effect) {
    SoftReading reading;
    reading.test = test_shares(in_zones_of(by_zone(before), by_zone(after)), clusters_of(after), level,
                               {correlation_of(question), least_effect});
    const double points = points_of(question);
    if (reading.test.difference() < points) {
        reading.quiet = "The candidate does not fail more often by as much as counts.";
    } else if (!reading.test.beyond_chance()) {
        reading.quiet = "Tasks differ among themselves by as much.";
        const Counts most = question.one_left_out ? sum(after) : without_worst(after);
        reading.unsure = most.share() - reading.test.before.share() >= kLargeDifference &&
                         still_present(presence(after, reading.test.before.share(), points));
    } else if (!still_present(presence(after, reading.test.before.share(), points))) {
        reading.quiet = "It was mended: fewer than two of the newest three windows show it.";
    }
    reading.tasks = std::move(after);
    return reading;
}

Scope place_of(const std::vector<PhaseTask>& tasks) {
    std::vector<TaskReading> readings;
    readings.reserve(tasks.size());
    for (const PhaseTask& each : tasks) {
        readings.push_back(
            {each.task, static_cast<double>(each.phase->reached), static_cast<double>(each.phase->failed)});
    }
    return explain_shares(readings);
}

std::vector<const TaskEvidence*> others(const std::vector<PhaseTask>& tasks,
                                        const std::vector<PhaseTask>& some) {
    std::vector<const TaskEvidence*> rest;
    for (const PhaseTask& each : tasks) {
        const bool chosen = std::any_of(some.begin(), some.end(),
                                        [&](const PhaseTask& one) { return one.task == each.task; });
        if (!chosen && each.phase->reached > 0) rest.push_back(each.task);
    }
    return rest;
}

std::vector<PhaseTask> choose(const std::vector<PhaseTask>& tasks, const Scope& scope, bool inside) {
    std::vector<PhaseTask> chosen;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(chosen), [&](const PhaseTask& each) {
        return each.phase->reached > 0 && lies_in(*each.task, scope) == inside;
    });
    return chosen;
}

bool spares_others(const PhaseView& phase, const Scope& scope) {
    return spares_the_rest(sum(choose(phase.candidate, scope, true)).share(),
                           sum(choose(phase.candidate, scope, false)).share(), sum(phase.baseline).share());
}

// A fault of one place drowns among all tasks. The place was chosen by what it shows, so the test pays for
// the choice; and most of its tasks must show it, for one bad task is not its place's.
std::optional<SoftReading> read_place(const PhaseQuestion& question, std::size_t pairs) {
    const PhaseView& phase = *question.phase;
    if (!differ(clusters_of(phase.candidate))) return std::nullopt;
    Scope scope = place_of(phase.candidate);
    if (scope.labels.empty() || !scope.by_place) return std::nullopt;
    // Where the baseline's tasks fail alike, all of them are a reference for any place.
    const bool alike = !differ(clusters_of(phase.baseline));
    const auto before = alike ? phase.baseline : same_place(phase.baseline, scope.labels);
    auto after = choose(phase.candidate, scope, true);
    const unsigned windows = question.view->thresholds().minimum_windows;
    if (tasks_with_windows(after, windows) < kTasksOfPlace || sum(before).reached == 0) return std::nullopt;

    const auto rest = choose(phase.candidate, scope, false);
    const double effect = std::max(design_effect(clusters_of(before), correlation_of(question)),
                                   design_effect(clusters_of(rest), correlation_of(question)));
    SoftReading reading =
        read(question, before, std::move(after), level_of(question, pairs * scope.choices), effect);
    const double bar = reading.test.before.share() + points_of(question);
    const auto showing = std::count_if(reading.tasks.begin(), reading.tasks.end(),
                                       [&](const PhaseTask& each) { return each.range().share() >= bar; });
    if (!reading.quiet.empty() ||
        static_cast<double>(showing) < kShownByPlace * static_cast<double>(reading.tasks.size())) {
        return std::nullopt;
    }
    reading.scope = std::move(scope);
    return reading;
}

// A few tasks that fail often, wherever they are.
std::optional<SoftReading> read_outliers(const PhaseQuestion& question, std::size_t pairs) {
    const PhaseView& phase = *question.phase;
    std::vector<PhaseTask> tasks;
    std::copy_if(phase.candidate.begin(), phase.candidate.end(), std::back_inserter(tasks),
                 [&](const PhaseTask& each) {
                     return each.phase->reached > 0 &&
                            each.task->windows >= question.view->thresholds().minimum_windows;
                 });
    const auto before = in_zones_of(by_zone(phase.baseline), by_zone(tasks));
    std::vector<PhaseTask> failing;
    for (const std::size_t i :
         outliers(before, clusters_of(tasks), level_of(question, pairs), correlation_of(question)))
        failing.push_back(tasks[i]);
    if (failing.empty()) return std::nullopt;
    SoftReading reading = read(question, phase.baseline, failing, level_of(question, pairs),
                               design_effect(before, correlation_of(question)));
    if (!reading.quiet.empty()) return std::nullopt;
    std::vector<const TaskEvidence*> affected;
    affected.reserve(failing.size());
    for (const PhaseTask& each : failing)
        affected.push_back(each.task);
    reading.scope = explain(affected, others(phase.candidate, failing));
    return reading;
}

SoftReading read(const PhaseQuestion& question, std::size_t pairs) {
    const PhaseView& phase = *question.phase;
    SoftReading reading = read(question, phase.baseline, phase.candidate, level_of(question, pairs), 1);
    if (reading.quiet.empty()) {
        Scope scope = place_of(phase.candidate);
        if (spares_others(phase, scope)) reading.scope = std::move(scope);
        return reading;
    }
    if (sum(phase.candidate).failed == 0) return reading;
    if (auto place = read_place(question, pairs)) return std::move(*place);
    if (auto few = read_outliers(question, pairs)) return std::move(*few);
    return reading;
}

std::vector<PhaseTask> with_failures(const std::vector<PhaseTask>& tasks) {
    std::vector<PhaseTask> failing;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(failing),
                 [](const PhaseTask& each) { return each.phase->failed > 0; });
    return failing;
}

// Failures of a place are told by what its tasks show.
void tell_place(const PhaseQuestion& question, const Scope& scope, Finding& finding) {
    tell_scope(scope, finding);
    if (scope.labels.empty()) return;
    finding.candidate = in_words(sum(choose(question.phase->candidate, scope, true))) + " there";
    const Counts before = sum(same_place(question.phase->baseline, scope.labels));
    if (before.reached > 0) finding.baseline = in_words(before);
}

Finding finding_of(const PhaseQuestion& question, const SoftReading& reading) {
    const auto inside = choose(question.phase->candidate, reading.scope, true);
    const auto failing = with_failures(inside);
    Finding finding = failure_finding(question, failing);
    const bool odd = is_odd(reading.scope, inside.size(), others(question.phase->candidate, inside));
    finding.severity = odd ? Severity::warning : Severity::critical;
    finding.confidence = confidence(1 - reading.test.p);
    tell_place(question, reading.scope, finding);
    const double plain = sum(same_place(question.phase->baseline, reading.scope.labels)).share();
    if (std::abs(reading.test.before.share() - plain) >= kToldPoints) {
        finding.baseline += fmt::format(", {:.1f} % if its zones weighed as the candidate's do",
                                        100 * reading.test.before.share());
    }
    finding.evidence["tasks"] = {
        {"failing", failing.size()},
        {"not_failing", clusters_of(question.phase->candidate).size() - failing.size()}};
    finding.evidence["difference"] = {{"points", rounded(100 * reading.test.difference())},
                                      {"low", rounded(100 * reading.test.interval.low)},
                                      {"high", rounded(100 * reading.test.interval.high)}};
    finding.evidence["design_effect"] = rounded(reading.test.effect);
    word_by_scope(question, sum(inside).share(), finding);
    return finding;
}

Comparison comparison_of(const PhaseQuestion& question, const SoftReading& reading) {
    const double points = 100 * points_of(question);
    Comparison comparison = failure_comparison(question);
    comparison.found = reading.quiet.empty();
    comparison.test = in_words(reading.test);
    comparison.interval = interval_words(reading.test);
    comparison.threshold = fmt::format("{:.3g} points, beyond what tasks differ by", points);
    const double above = 100 * reading.test.difference() - points;
    comparison.margin = fmt::format("{:.1f} points {}; {}", std::abs(above), above < 0 ? "below" : "above",
                                    margin_words(reading.test));
    comparison.why =
        comparison.found ? "The candidate fails more often than tasks differ by." : reading.quiet;
    return comparison;
}

}  // namespace

std::optional<std::string> too_little_for_soft(const PhaseQuestion& question) {
    const Thresholds& need = question.view->thresholds();
    const auto before = tasks_with_windows(question.phase->baseline, need.minimum_windows);
    const auto after = tasks_with_windows(question.phase->candidate, need.minimum_windows);
    if (before >= need.minimum_tasks && after >= need.minimum_tasks) return std::nullopt;
    return fmt::format("needs {} tasks a side with {} windows each; baseline has {}, candidate {}",
                       need.minimum_tasks, need.minimum_windows, before, after);
}

Answer soft_fault(const PhaseQuestion& question, std::size_t pairs) {
    const SoftReading reading = read(question, pairs);
    Answer answer;
    answer.unsure = reading.unsure;
    if (reading.quiet.empty()) answer.finding = finding_of(question, reading);
    if (question.view->explain) answer.comparison = comparison_of(question, reading);
    return answer;
}

}  // namespace plumb::judge
