#include "controller/judge/evidence/share_test.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kUsualTasks = 8;     // what is known of tasks beforehand is worth that many
constexpr std::size_t kLatest = 3;    // a fault must be present in two of the last three windows,
constexpr std::size_t kEpisodes = 3;  // or in one of them, having come that often before

Counts sum(const std::vector<Cluster>& tasks) {
    Counts counts;
    for (const Cluster& each : tasks)
        counts.add({each.reached, each.failed});
    return counts;
}

}  // namespace

std::vector<Cluster> clusters_of(const std::vector<PhaseTask>& tasks) {
    std::vector<Cluster> clusters;
    for (const PhaseTask& each : tasks) {
        if (each.phase->reached > 0) clusters.push_back({each.phase->reached, each.phase->failed});
    }
    return clusters;
}

std::vector<Cluster> in_zones_of(const std::vector<ZonedCluster>& before,
                                 const std::vector<ZonedCluster>& after) {
    struct Zone {
        Counts before;
        std::size_t tasks = 0;
        double after = 0;  // runs
        double weight = 0;
    };
    std::map<std::string_view, Zone> zones;
    Counts all;
    std::vector<Cluster> plain;
    for (const ZonedCluster& each : before) {
        Zone& zone = zones[each.zone];
        zone.before.add({each.counts.reached, each.counts.failed});
        ++zone.tasks;
        all.add({each.counts.reached, each.counts.failed});
        plain.push_back(each.counts);
    }
    std::vector<Cluster> sums;
    sums.reserve(zones.size());
    for (const auto& [name, zone] : zones)
        sums.push_back({zone.before.reached, zone.before.failed});
    if (!differ(sums)) return plain;

    double elsewhere = 0;  // the candidate's runs in zones of which the baseline says nothing by itself
    for (const ZonedCluster& each : after) {
        const auto zone = zones.find(each.zone);
        const auto runs = static_cast<double>(each.counts.reached);
        // One task cannot tell its zone's share from its own.
        const bool known = zone != zones.end() && zone->second.tasks >= 2;
        (known ? zone->second.after : elsewhere) += runs;
    }
    double most = 0;
    for (auto& [name, zone] : zones) {
        const auto runs = static_cast<double>(zone.before.reached);
        if (runs > 0) zone.weight = zone.after / runs + elsewhere / static_cast<double>(all.reached);
        most = std::max(most, zone.weight);
    }
    if (most <= 0) return plain;
    std::vector<Cluster> weighed;
    for (const ZonedCluster& each : before) {
        const double part = zones[each.zone].weight / most;
        const auto thinned = [part](std::uint64_t count) {
            return static_cast<std::uint64_t>(std::llround(part * static_cast<double>(count)));
        };
        if (thinned(each.counts.reached) > 0)
            weighed.push_back({thinned(each.counts.reached), thinned(each.counts.failed)});
    }
    return weighed;
}

std::vector<std::size_t> outliers(const std::vector<Cluster>& before, const std::vector<Cluster>& after,
                                  double level, double usual_correlation) {
    std::vector<std::size_t> found;
    const double usual = sum(before).share();
    const Clustering known{usual_correlation, design_effect(before, usual_correlation)};
    double bar = usual + kOutlierPoints;
    for (const Cluster& each : before)
        bar = std::max(bar, kOutlierFactor * Counts{each.reached, each.failed}.share());
    for (std::size_t i = 0; i < after.size(); ++i) {
        if (Counts{after[i].reached, after[i].failed}.share() < bar) continue;
        const ShareTest test =
            test_shares(before, {after[i]}, level / static_cast<double>(after.size()), known);
        if (test.beyond_chance()) found.push_back(i);
    }
    return found;
}

ShareTest test_shares(const std::vector<Cluster>& before, const std::vector<Cluster>& after, double level,
                      const Clustering& clustering) {
    ShareTest test{sum(before), sum(after), 1, level, 1, {}};
    // The side without failures cannot tell how much its tasks differ: both take the larger effect.
    test.effect = std::max({clustering.least_effect, design_effect(before, clustering.usual_correlation),
                            design_effect(after, clustering.usual_correlation)});
    const auto worth = [&](const Counts& counts) {
        return Share{counts.share(), static_cast<double>(counts.reached) / test.effect};
    };
    test.interval = newcombe(worth(test.before), worth(test.after), normal_quantile(0.975));
    // Rounded so that neither side looks surer than it is.
    const auto part = [&](std::uint64_t count, bool up) {
        const double exact = static_cast<double>(count) / test.effect;
        return static_cast<std::uint64_t>(up ? std::ceil(exact) : std::floor(exact));
    };
    const double chance = fisher_at_least(
        part(test.after.failed, false), part(test.after.reached, true), part(test.before.failed, true),
        std::max(part(test.before.reached, false), part(test.before.failed, true)));
    // The effect itself is known from so many tasks only: Student's tails instead of the normal ones.
    const double df = static_cast<double>(before.size() + after.size()) - 2 + kUsualTasks;
    test.p = student_upper_tail(normal_upper_quantile(chance), df);
    return test;
}

bool differ(const std::vector<Cluster>& tasks) {
    const Counts all = sum(tasks);
    const double share = all.share();
    if (tasks.size() < 2 || share <= 0 || share >= 1) return false;
    double squares = 0;
    for (const Cluster& each : tasks) {
        const double reached = static_cast<double>(each.reached);
        const double residual = static_cast<double>(each.failed) - share * reached;
        if (reached > 0) squares += residual * residual / (reached * share * (1 - share));
    }
    const double freedom = static_cast<double>(tasks.size() - 1);
    return squares > freedom + 3 * std::sqrt(2 * freedom);
}

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

bool spares_the_rest(double inside, double outside, double usual) {
    return outside - usual <= (inside - usual) / 3;
}

std::string in_words(const ShareTest& test) {
    return fmt::format("Fisher's exact test, design effect {:.1f}", test.effect);
}

std::string interval_words(const ShareTest& test) {
    return fmt::format("{:.1f} to {:.1f} points (95 %)", 100 * test.interval.low, 100 * test.interval.high);
}

std::string margin_words(const ShareTest& test) {
    return fmt::format("p {:.2g}, and {:.2g} would do", test.p, test.level);
}

}  // namespace plumb::judge
