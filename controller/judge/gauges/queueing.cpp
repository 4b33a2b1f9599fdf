#include "controller/judge/gauges/queueing.hpp"

#include "controller/judge/gauges/gauge_view.hpp"
#include "controller/judge/statistics/statistics.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace plumb::judge {
namespace {

constexpr std::size_t kWindows = 8;
constexpr double kAgreement = 0.5;
constexpr double kUseVaries = 1.1;  // busy third to calm third
constexpr double kServerGrows = 1.25;
constexpr double kPathStands = 0.25;  // of the server's growth

struct Moment {
    double use = 0;
    double server = 0;  // ns
    double rtt = 0;     // ns
};

const PhaseEvidence* phase_of(const DependencyEvidence& evidence, std::string_view name) {
    const auto found = std::find_if(evidence.phases.begin(), evidence.phases.end(),
                                    [name](const PhaseEvidence& each) { return each.name == name; });
    return found == evidence.phases.end() ? nullptr : &*found;
}

template <class T>
const T* at(const std::vector<T>& list, Time end) {
    const auto found = std::lower_bound(list.begin(), list.end(), end,
                                        [](const T& each, Time time) { return each.end < time; });
    return found == list.end() || found->end != end ? nullptr : &*found;
}

std::vector<Moment> moments(const DependencyEvidence& evidence, const PhaseEvidence& phase,
                            const GaugeEvidence& gauge) {
    std::vector<Moment> out;
    for (const RecentWindow& window : phase.recent) {
        const RecentRtt* rtt = at(evidence.recent_rtt, window.end);
        const GaugePoint* point = at(gauge.points, window.end);
        if (window.median_ns <= 0 || rtt == nullptr || point == nullptr) continue;
        out.push_back({point->max, std::max(0.0, window.median_ns - rtt->median_ns), rtt->median_ns});
    }
    return out;
}

double tau(const std::vector<Moment>& moments) {
    double agree = 0;
    double pairs = 0;
    for (std::size_t i = 0; i < moments.size(); ++i) {
        for (std::size_t j = i + 1; j < moments.size(); ++j) {
            const double use = moments[j].use - moments[i].use;
            const double server = moments[j].server - moments[i].server;
            ++pairs;
            // Ties say neither: an amount that stands still agrees with nothing.
            if (use != 0 && server != 0) agree += (use > 0) == (server > 0) ? 1 : -1;
        }
    }
    return pairs > 0 ? agree / pairs : 0;
}

double middle(const std::vector<Moment>& moments, std::size_t from, std::size_t to, double Moment::*what) {
    std::vector<double> values;
    for (std::size_t i = from; i < to; ++i)
        values.push_back(moments[i].*what);
    return median(std::move(values));
}

struct Answer {
    Queueing seen;
    bool shows = false;
};

Answer of_task(std::vector<Moment> moments) {
    Answer answer;
    answer.seen.windows = moments.size();
    answer.seen.agreement = tau(moments);
    std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
        return std::tie(a.use, a.server, a.rtt) < std::tie(b.use, b.server, b.rtt);
    });
    const std::size_t third = moments.size() / 3;
    const std::size_t busy = moments.size() - third;
    const auto calm_and_busy = [&](double Moment::*what) {
        return std::pair(middle(moments, 0, third, what), middle(moments, busy, moments.size(), what));
    };
    const auto use = calm_and_busy(&Moment::use);
    const auto server = calm_and_busy(&Moment::server);
    const auto rtt = calm_and_busy(&Moment::rtt);
    answer.seen.calm_ns = server.first;
    answer.seen.busy_ns = server.second;
    answer.seen.rtt_rise_ns = rtt.second - rtt.first;
    answer.shows = answer.seen.agreement >= kAgreement && use.second >= kUseVaries * use.first &&
                   server.second >= kServerGrows * server.first &&
                   answer.seen.rtt_rise_ns < kPathStands * (server.second - server.first);
    return answer;
}

// The tasks' answers by gauge.
using Answers = std::map<std::string, std::vector<Answer>>;

Answers answers_of(const std::vector<Member>& members, std::string_view name) {
    Answers answers;
    for (const Member& member : members) {
        const PhaseEvidence* phase = phase_of(*member.evidence, name);
        if (phase == nullptr) continue;
        for (const GaugeEvidence& gauge : member.evidence->gauges) {
            const bool use =
                counts_clients(gauge.name) || (!gauge.points.empty() && gauge.points.back().refuses_at_limit);
            if (!use) continue;
            auto seen = moments(*member.evidence, *phase, gauge);
            if (seen.size() >= kWindows) answers[gauge.name].push_back(of_task(std::move(seen)));
        }
    }
    return answers;
}

}  // namespace

std::optional<Queueing> queueing(const std::vector<Member>& members, std::string_view phase) {
    std::optional<Queueing> strongest;
    for (auto& [gauge, answers] : answers_of(members, phase)) {
        std::vector<Queueing> shown;
        for (Answer& each : answers) {
            if (each.shows) shown.push_back(std::move(each.seen));
        }
        if (shown.empty() || 2 * shown.size() < answers.size()) continue;
        std::stable_sort(shown.begin(), shown.end(),
                         [](const Queueing& a, const Queueing& b) { return a.agreement < b.agreement; });
        Queueing& found = shown[shown.size() / 2];
        if (strongest && strongest->agreement >= found.agreement) continue;
        found.gauge = gauge;
        found.tasks = shown.size();
        found.of = answers.size();
        strongest = std::move(found);
    }
    return strongest;
}

}  // namespace plumb::judge
