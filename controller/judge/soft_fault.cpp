#include "controller/judge/failures.hpp"
#include "controller/judge/statistics.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kFalseAlarm = 0.001;  // for all failure tests of one comparison together
constexpr double kUsualTasks = 8;      // what is known of tasks beforehand is worth that many
constexpr std::size_t kLatest = 3;     // a fault must be present in two of the last three windows,
constexpr std::size_t kEpisodes = 3;   // or in one of them, having come that often before

std::vector<Cluster> clusters_of(const std::vector<PhaseTask>& tasks) {
    std::vector<Cluster> clusters;
    for (const PhaseTask& each : tasks) {
        if (each.phase->reached > 0) clusters.push_back({each.phase->reached, each.phase->failed});
    }
    return clusters;
}

std::size_t tasks_with_windows(const std::vector<PhaseTask>& tasks, unsigned windows) {
    return static_cast<std::size_t>(std::count_if(tasks.begin(), tasks.end(), [&](const PhaseTask& each) {
        return each.phase->reached > 0 && each.task->windows >= windows;
    }));
}

// The windows that reached the phase, newest first: whether the fault shows there.
std::vector<bool> presence(const PhaseView& phase, double baseline_share, double points) {
    std::vector<bool> shows;
    for (std::size_t back = 0; back < kRecentWindows; ++back) {
        const Counts counts = window_back(phase.candidate, back);
        if (counts.reached > 0) shows.push_back(counts.share() - baseline_share >= points);
    }
    return shows;
}

// A fault that was mended does not block for the rest of the range. One that comes and goes was not mended,
// in whichever of its pauses the comparison is made.
bool still_present(const std::vector<bool>& shows) {
    const std::size_t windows = std::min(kLatest, shows.size());
    const auto latest = shows.begin() + static_cast<std::ptrdiff_t>(windows);
    const auto present = static_cast<std::size_t>(std::count(shows.begin(), latest, true));
    if (present == 0) return false;
    if (present >= std::min<std::size_t>(2, windows)) return true;
    std::size_t episodes = 0;
    for (std::size_t i = 0; i < shows.size(); ++i) {
        const bool begins = shows[i] && (i + 1 == shows.size() || !shows[i + 1]);
        if (begins) ++episodes;
    }
    return episodes >= kEpisodes;
}

std::vector<PhaseTask> with_failures(const std::vector<PhaseTask>& tasks) {
    std::vector<PhaseTask> failing;
    std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(failing),
                 [](const PhaseTask& each) { return each.phase->failed > 0; });
    return failing;
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

std::optional<Finding> soft_fault(const PhaseQuestion& question, std::size_t pairs) {
    const Thresholds& thresholds = question.view->thresholds();
    const PhaseView& phase = *question.phase;
    const Counts before = sum(phase.baseline);
    const Counts after = sum(phase.candidate);
    const double difference = after.share() - before.share();
    if (difference < thresholds.failure_points) return std::nullopt;
    if (!still_present(presence(phase, before.share(), thresholds.failure_points))) return std::nullopt;

    const auto one = clusters_of(phase.baseline);
    const auto two = clusters_of(phase.candidate);
    // The side without failures cannot tell how much its tasks differ: both take the larger effect.
    const double effect = std::max(design_effect(one), design_effect(two));
    const double df = static_cast<double>(one.size() + two.size()) - 2 + kUsualTasks;
    const double z =
        student_quantile(1 - kFalseAlarm / static_cast<double>(std::max<std::size_t>(pairs, 1)), df);
    const Interval interval = newcombe({before.share(), static_cast<double>(before.reached) / effect},
                                       {after.share(), static_cast<double>(after.reached) / effect}, z);
    if (interval.low <= 0) return std::nullopt;

    const auto failing = with_failures(phase.candidate);
    Finding finding = failure_finding(question, failing);
    finding.severity = Severity::critical;
    finding.confidence = confidence(1 - kFalseAlarm);
    finding.evidence["tasks"] = {{"failing", failing.size()}, {"not_failing", two.size() - failing.size()}};
    finding.evidence["difference"] = {{"points", rounded(100 * difference)},
                                      {"low", rounded(100 * interval.low)},
                                      {"high", rounded(100 * interval.high)}};
    finding.evidence["design_effect"] = rounded(effect);
    return finding;
}

}  // namespace plumb::judge
