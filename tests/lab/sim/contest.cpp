#include "tests/lab/sim/contest.hpp"

#include "base/text.hpp"
#include "controller/judge/evidence/view.hpp"
#include "model/window_json.hpp"
#include "tests/lab/sim/generator.hpp"

#include <algorithm>
#include <fstream>
#include <memory>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

using judge::Finding;
using judge::Report;
using judge::Severity;

// The two sides as they grow, and who watches them.
class Arena {
  public:
    Arena(const World& world, const ContestOptions& options) : generator_(world), watched_(options.rivals) {
        if (options.dump.empty()) return;
        std::filesystem::create_directories(options.dump);
        for (const bool candidate : {false, true})
            files_[candidate].open(options.dump / (candidate ? "candidate.jsonl" : "baseline.jsonl"));
    }

    void play(int window) {
        now_ = end_of(window);
        generator_.play(window, [&](const Task& task, const Window& seen, judge::Time end) {
            if (task.candidate) {
                candidate_.add(seen, end);
                if (task.goodbye && window == task.last) candidate_.goodbye(seen.agent);
            } else {
                baseline_.emplace_back(seen, end);
                if (task.goodbye && window == task.last) goodbyes_.push_back(seen.agent);
            }
            if (watched_) observed_.add(task.candidate, seen);
            if (files_[task.candidate].is_open()) files_[task.candidate] << to_json_line(seen) << '\n';
        });
    }

    // From which window of the baseline on runs count is known once the candidate is.
    Report look() const {
        judge::CohortBuilder growing = candidate_;
        const judge::Cohort candidate = std::move(growing).build();
        judge::CohortBuilder baseline("staging");
        baseline.count_runs_from(judge::runs_compared_from(candidate, policy_, now_));
        for (const auto& [window, end] : baseline_)
            baseline.add(window, end);
        for (const std::string& agent : goodbyes_)
            baseline.goodbye(agent);
        return judge::judge(std::move(baseline).build(), candidate, policy_, now_);
    }

    const Observed& observed() const { return observed_; }

  private:
    Generator generator_;
    std::vector<std::pair<Window, judge::Time>> baseline_;
    std::vector<std::string> goodbyes_;
    judge::CohortBuilder candidate_{"production"};
    judge::Policy policy_ = strict_policy();
    judge::Time now_;
    bool watched_;
    Observed observed_;
    std::array<std::ofstream, 2> files_;
};

template <class T>
bool among(const std::vector<T>& list, const T& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool names(const Finding& finding, const Label& label) {
    const bool enough = finding.severity == Severity::critical || label.severity == Severity::warning;
    return enough && among(label.dependencies, finding.dependency);
}

// Several values of one label are joined by commas.
bool lies_in(const Task& task, const Labels& scope) {
    return std::all_of(scope.begin(), scope.end(), [&](const auto& each) {
        const auto found = task.labels.find(each.first);
        return found != task.labels.end() && among(split(each.second, ','), std::string_view(found->second));
    });
}

// Labels that cut the candidate's tasks alike are as good.
bool same_scope(const Finding& finding, const Label& label, const World& world) {
    if (label.any_scope || finding.scope == label.scope) return true;
    return !finding.scope.empty() &&
           std::all_of(world.tasks.begin(), world.tasks.end(), [&](const Task& task) {
               return !task.candidate || lies_in(task, finding.scope) == lies_in(task, label.scope);
           });
}

std::string in_words(const Report& report) {
    std::string out(judge::to_string(report.verdict));
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(report.findings.size(), kShown); ++i) {
        const Finding& each = report.findings[i];
        out += fmt::format("; {} {} {} {}", each.dependency, plumb::to_string(each.layer), each.cause,
                           each.subject);
        for (const auto& [name, value] : each.scope)
            out += fmt::format(" {}={}", name, value);
        out += fmt::format(" ({} → {})", each.baseline, each.candidate);
    }
    if (report.findings.size() > kShown) out += fmt::format("; {} more", report.findings.size() - kShown);
    for (const auto& value : report.coverage.at("not_judged").as_array()) {
        const auto& gap = value.as_object();
        if (gap.at("blocks").as_bool()) {
            out += fmt::format("; blocked: {} {}", gap.at("dependency").as_string().c_str(),
                               gap.at("reason").as_string().c_str());
        }
    }
    return out;
}

Answer mark(const Report& report, const Label& label, const World& world) {
    Answer answer;
    answer.verdict = report.verdict;
    answer.right = report.verdict == label.verdict;
    for (const Finding& each : report.findings) {
        answer.found |= names(each, label);
        if (each.severity != Severity::critical) {
            ++answer.warnings;
            continue;
        }
        ++answer.holding;
        if (!among(label.dependencies, each.dependency)) ++answer.strays;
    }
    if (report.findings.empty() || !names(report.findings.front(), label)) return answer;
    const Finding& top = report.findings.front();
    answer.first = true;
    answer.layer = among(label.layers, top.layer);
    answer.category = top.category == label.category;
    answer.cause = label.causes.empty() || among(label.causes, top.cause);
    answer.scope = same_scope(top, label, world);
    return answer;
}

bool settled(const Answer& answer, const Label& label) {
    return answer.right && (label.dependencies.empty() || answer.found);
}

void ask_rivals(const Observed& observed, const Label& label, int window, std::vector<Rival>& rivals) {
    const std::vector<Call> calls = baseline_calls(observed);
    rivals.resize(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Rival& rival = rivals[i];
        rival.holds = calls[i].holds();
        rival.first = rival.holds && among(label.dependencies, calls[i].first->dependency);
        if (rival.first && rival.windows == 0) rival.windows = window + 1;
    }
}

}  // namespace

judge::Policy strict_policy() {
    judge::Policy policy;
    policy.hold_on.latency = true;
    return policy;
}

Contest hold_contest(const World& world, const Label& label, const ContestOptions& options) {
    Arena arena(world, options);
    Contest contest;
    int since = 0;
    bool ever_held = false;
    for (int window = 0; window < world.windows; ++window) {
        arena.play(window);
        const bool last = window + 1 == world.windows;
        if (options.rivals && (last || options.every_window)) {
            ask_rivals(arena.observed(), label, window, contest.rivals);
        }
        if (!last && !options.every_window) continue;
        const Report report = arena.look();
        contest.ours = mark(report, label, world);
        ever_held |= report.verdict == judge::Verdict::hold;
        if (!settled(contest.ours, label)) {
            since = 0;
        } else if (since == 0) {
            since = window + 1;
        }
        if (last) contest.ours.told = in_words(report);
    }
    contest.ours.windows = since;
    contest.ours.ever_held = ever_held;
    return contest;
}

}  // namespace plumb::lab
