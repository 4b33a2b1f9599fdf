#include "tests/lab/net/run.hpp"

#include "tests/lab/net/environment.hpp"
#include "tests/lab/net/judge_answer.hpp"

#include <array>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

using Clock = std::chrono::steady_clock;

// A window is told a moment after it ended.
constexpr std::chrono::milliseconds kDelivery{350};

class Run {
  public:
    Run(const Scenario& scenario, const Programs& programs, std::string folder)
        : scenario_(scenario), programs_(programs), folder_(std::move(folder)) {}

    Result to_end() {
        build();
        const auto result = watch();
        for (auto& side : sides_)
            side->must_run();
        write_logs();
        return result;
    }

    void write_logs() const {
        for (const auto& side : sides_) {
            if (side) side->write_logs(folder_);
        }
    }

  private:
    // Something to do at a window: an injection of one side, or its end.
    struct Event {
        int at = 0;
        std::function<void()> happen;
    };

    void build() {
        if (!scenario_.policy.empty()) {
            policy_ = folder_ + "/policy.yaml";
            std::ofstream(policy_) << scenario_.policy;
        }
        for (std::size_t i = 0; i < sides_.size(); ++i) {
            auto plan = plain_plan(i == 0 ? "staging" : "production", scenario_.fleet, scenario_.targets);
            sides_[i] = std::make_unique<Environment>(std::move(plan), scenario_.kinds(), programs_,
                                                      topology_, authorities_, folder_);
        }
        for (const auto* injections : {&scenario_.setup, &scenario_.faults}) {
            for (const auto& injection : *injections)
                for_sides(injection, [&](Environment& side) { plan_ahead(injection, side); });
        }
        for (auto& side : sides_) {
            side->start_servers();
            side->add_tasks();
        }
        controller_.emplace(programs_, folder_);
        events_at(0);
        for (auto& side : sides_)
            side->start_agents();
        started_ = Clock::now();
    }

    template <class Do>
    void for_sides(const Injection& injection, Do act) {
        for (auto& side : sides_) {
            if (injection.sides.contains(side->plan().name)) act(*side);
        }
    }

    // What an injection did to one side, and how it is undone.
    struct Done {
        int change = 0;  // of the plan; 0: none
        Undo undo;
    };

    // What is there from the start is planned now: the servers have not been started. The rest is an event.
    void plan_ahead(const Injection& injection, Environment& side) {
        auto done = std::make_shared<Done>();
        if (injection.at == 0 && injection.effect.plan)
            done->change = side.changes().add(injection.effect.plan);
        events_.push_back({injection.at, [&injection, &side, done] { begin(injection, side, *done); }});
        if (!injection.until) return;
        // Before what begins at the same window.
        events_.insert(events_.begin(),
                       {*injection.until, [&injection, &side, done] { end(injection, side, *done); }});
    }

    static void begin(const Injection& injection, Environment& side, Done& done) {
        const auto& effect = injection.effect;
        if (injection.at > 0 && effect.plan) {
            done.change = side.changes().add(effect.plan);
            for (const auto kind : effect.kinds)
                side.restart(kind);
        }
        if (effect.act) done.undo = effect.act(side);
    }

    // First what acts: it may stand where a server of the plan wants to listen.
    static void end(const Injection& injection, Environment& side, Done& done) {
        if (done.undo) done.undo();
        if (done.change == 0) return;
        side.changes().take_back(done.change);
        for (const auto kind : injection.effect.kinds)
            side.restart(kind);
    }

    // A change takes its time, a server's restart seconds; windows are counted from when it was done.
    void events_at(int window) {
        bool any = false;
        for (const auto& event : events_) {
            if (event.at != window) continue;
            event.happen();
            any = true;
        }
        if (any) started_ = Clock::now() - window * kWindow - kDelivery;
    }

    Judged ask(int window) {
        const auto answer = controller_->gate(policy_);
        std::ofstream(fmt::format("{}/gate-{:02}.json", folder_, window)) << answer.output << answer.errors;
        auto judged = judge_answer(answer.output, scenario_.expect);
        if (judged.verdict.empty())
            throw std::runtime_error(fmt::format("the gate exits {}: {}", answer.exit_code, answer.errors));
        if (!agrees(judged.verdict, answer.exit_code))
            throw std::runtime_error(
                fmt::format("the gate says {} and exits {}", judged.verdict, answer.exit_code));
        return judged;
    }

    void wait_for(int window) const {
        std::this_thread::sleep_until(started_ + window * kWindow + kDelivery);
    }

    // Answers before the fault: the sides are equal, so none may hold. Then, where that is asked for, until
    // it is mended: one must, or the fault that was mended was none.
    std::optional<Result> before_the_last_change(int first, int last) {
        bool held = false;
        for (int window = 1; window <= last; ++window) {
            wait_for(window);
            if (window == first || (window > first && scenario_.expect.held_meanwhile)) {
                const auto judged = ask(window);
                const bool holds = judged.verdict == "hold";
                if (holds && window == first) return failed(0, "held before the fault: " + judged.first);
                held |= holds;
            }
            events_at(window);
        }
        if (scenario_.expect.held_meanwhile && !held)
            return failed(0, "it was mended and had not been held meanwhile");
        return std::nullopt;
    }

    Result watch() {
        const int last = scenario_.last_change();
        if (auto early = before_the_last_change(scenario_.first_change(), last)) return *early;
        const bool ends_early = scenario_.expect.finding.has_value();
        Judged judged;
        for (int window = 1 + scenario_.expect.after; window <= scenario_.windows; ++window) {
            wait_for(last + window);
            judged = ask(last + window);
            if (judged.hopeless) return failed(window, in_words(judged));
            if (ends_early && judged.wrong.empty()) return passed(window, judged.first);
        }
        if (judged.wrong.empty()) return passed(scenario_.windows, judged.first);
        return failed(scenario_.windows, in_words(judged));
    }

    static std::string in_words(const Judged& judged) {
        return fmt::format("{} [{}]", fmt::join(judged.wrong, "; "), judged.first);
    }

    static Result passed(int windows, std::string words) {
        return {true, false, windows, 0, words.empty() ? "nothing found" : std::move(words)};
    }
    static Result failed(int windows, std::string words) {
        return {false, false, windows, 0, std::move(words)};
    }

    const Scenario& scenario_;
    const Programs& programs_;
    std::string folder_;
    std::string policy_;
    Authorities authorities_;
    Topology topology_;
    std::array<std::unique_ptr<Environment>, 2> sides_;
    std::optional<Controller> controller_;
    std::vector<Event> events_;
    Clock::time_point started_;
};

}  // namespace

Result run_scenario(const Scenario& scenario, const Programs& programs, const std::string& folder) {
    const auto started = Clock::now();
    Result result;
    std::optional<Run> run;
    try {
        run.emplace(scenario, programs, folder);
        result = run->to_end();
    } catch (const std::exception& error) {
        result.broken = true;
        result.words = error.what();
        if (run) run->write_logs();
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - started).count();
    return result;
}

}  // namespace plumb::lab
