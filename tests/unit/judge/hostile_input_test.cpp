// What arrives is not what was sent: windows are lost, come twice, out of order and with clocks that jump;
// counters start again, a side is empty, numbers are none. Whatever happens to them, a fault that was planted
// or a side without evidence never ends in a promote, and the order of arrival never matters.
#include "controller/judge/finding/finding_json.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using Sent = std::vector<std::pair<Window, Time>>;
using Chance = std::mt19937_64;

constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kEndless = std::numeric_limits<double>::infinity();

std::size_t below(std::size_t n, Chance& chance) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(chance);
}

Cohort cohort_of(const std::string& name, const Sent& sent) {
    CohortBuilder builder(name);
    for (const auto& [window, end] : sent)
        builder.add(window, end);
    return std::move(builder).build();
}

Report judged(const Sent& baseline, const Sent& candidate) {
    return judge(cohort_of("staging", baseline), cohort_of("production", candidate), {}, noon());
}

Sent healthy() {
    return staging().tasks(4).windows(5).make();
}

// No run of the candidate connects.
Sent broken() {
    Fleet fleet = production().tasks(4).windows(5);
    fleet.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.timeout"); });
    return fleet.make();
}

void lose_windows(Sent& sent, Chance& chance) {
    std::erase_if(sent, [&](const auto&) { return below(3, chance) == 0; });
}

void lose_a_task(Sent& sent, Chance& chance) {
    if (sent.empty()) return;
    const std::string agent = sent[below(sent.size(), chance)].first.agent;
    std::erase_if(sent, [&](const auto& each) { return each.first.agent == agent; });
}

void jump_clocks(Sent& sent, Chance& chance) {
    constexpr std::array kJumps{-86400, -3600, -31, 29, 3600, 86400};
    for (auto& [window, end] : sent) {
        if (below(3, chance) != 0) continue;
        const std::chrono::seconds jump(kJumps.at(below(kJumps.size(), chance)));
        window.start += jump;
        if (below(2, chance) == 0) end += jump;
    }
}

void repeat_and_shuffle(Sent& sent, Chance& chance) {
    const std::size_t count = sent.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (below(2, chance) == 0) sent.push_back(sent[i]);
    }
    std::shuffle(sent.begin(), sent.end(), chance);
}

// The agents start again in the middle: a new instance counts from one, and what grew starts from nothing.
void restart_agents(Sent& sent, Chance& chance) {
    const std::size_t from = 1 + below(4, chance);
    for (auto& [window, end] : sent) {
        const bool again = window.sequence > from;
        const auto since = static_cast<double>(again ? window.sequence - from - 1 : window.sequence);
        for (WindowDependency& each : window.dependencies)
            each.gauges.push_back(gauge("requests", 15 * since, 100));
        if (!again) continue;
        window.agent += "-again";
        window.sequence -= from;
        window.task_age = std::chrono::seconds(0);
    }
}

void make_numbers_absurd(Sent& sent, Chance& chance) {
    constexpr std::array<std::uint64_t, 4> kCounts{0, 1, kMost / 2, kMost};
    constexpr std::array kAmounts{kNone, kEndless, -kEndless, -1.0, 0.0, 1e308};
    constexpr std::size_t kNoLimits = 5;  // the first of them: none would be one to run into
    const auto count = [&] { return kCounts.at(below(kCounts.size(), chance)); };
    const auto amount = [&] { return kAmounts.at(below(kAmounts.size(), chance)); };
    for (auto& [window, end] : sent) {
        window.length = std::chrono::milliseconds(below(2, chance) == 0 ? 30000 : 1);
        for (WindowDependency& each : window.dependencies) {
            each.suspect = count();
            each.skipped = count();
            each.retransmitted = count();
            each.rtt.add(std::chrono::hours(1000), count());
            each.gauges.push_back(
                {"slots", amount(), amount(), amount(), kAmounts.at(below(kNoLimits, chance)), true});
            each.gauges.push_back({"clients", 0, 5, 5, 0, true});
            each.facts.push_back({"", FactClass::must_match, "", count()});
            each.addresses.push_back({"10.0.0.1:1", count(), count()});
            for (WindowPhase& phase : each.phases)
                phase.clean.add(std::chrono::nanoseconds(0), count());
        }
    }
}

// What a sender says that counts wrongly: any of its counts may be any number.
void lie_in_counts(Sent& sent, Chance& chance) {
    constexpr std::array<std::uint64_t, 6> kCounts{0, 1, 29, kMost / 2, kMost - 1, kMost};
    const auto lie = [&](std::uint64_t& count) {
        if (below(3, chance) == 0) count = kCounts.at(below(kCounts.size(), chance));
    };
    for (auto& [window, end] : sent) {
        if (below(8, chance) == 0) window.sequence = kMost - below(3, chance);
        for (WindowDependency& each : window.dependencies) {
            lie(each.runs);
            if (each.succeeded > 0) lie(each.succeeded);
            for (WindowFailure& failure : each.failures) {
                if (below(3, chance) == 0) failure.count = 1 + (kMost - 1) / (1 + below(4, chance));
            }
            for (WindowPhase& phase : each.phases)
                lie(phase.reached);
        }
    }
}

void strip_labels(Sent& sent, Chance& chance) {
    for (auto& [window, end] : sent) {
        if (below(3, chance) == 0) window.labels.erase("zone");
        if (below(3, chance) == 0) window.labels.erase("revision");
    }
}

using Mishap = void (*)(Sent&, Chance&);
constexpr std::array<Mishap, 8> kMishaps{lose_windows,       lose_a_task,    jump_clocks,
                                         repeat_and_shuffle, restart_agents, make_numbers_absurd,
                                         lie_in_counts,      strip_labels};

void let_things_happen(Sent& sent, Chance& chance) {
    for (std::size_t i = 0; i < 1 + below(3, chance); ++i)
        kMishaps.at(below(kMishaps.size(), chance))(sent, chance);
}

std::string words(const Report& report) {
    return fmt::format("{}\n{}{}", to_string(report.verdict), told(report), gaps(report));
}

TEST(HostileInput, a_planted_fault_never_ends_in_a_promote_whatever_happens_on_the_way) {
    int holds = 0;
    constexpr std::uint64_t kRounds = 200;
    for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
        Chance chance(seed);
        Sent before = healthy();
        Sent after = broken();
        let_things_happen(before, chance);
        let_things_happen(after, chance);
        const Report report = judged(before, after);
        EXPECT_NE(report.verdict, Verdict::promote) << "seed " << seed << "\n" << words(report);
        holds += report.verdict == Verdict::hold ? 1 : 0;
    }
    EXPECT_GT(holds, 100) << "most mishaps leave evidence enough to say what is wrong";
}

TEST(HostileInput, each_mishap_alone_leaves_the_fault_found_or_the_evidence_wanting) {
    for (std::size_t i = 0; i < kMishaps.size(); ++i) {
        for (std::uint64_t seed = 1; seed <= 30; ++seed) {
            Chance chance(seed);
            Sent after = broken();
            kMishaps.at(i)(after, chance);
            const Report report = judged(healthy(), after);
            EXPECT_NE(report.verdict, Verdict::promote) << "mishap " << i << ", seed " << seed << "\n"
                                                        << words(report);
        }
    }
}

TEST(HostileInput, windows_that_come_twice_and_out_of_order_give_the_same_bytes) {
    Fleet fleet = production().tasks(5).windows(6);
    fleet.change([](Window& window, int task, int number) {
        if (task % 2 == 0) fail(window, "database", "query", "peer.timeout", 7);
        if (number == 3) set_fact(window, "database", "postgres.timezone", "CET");
        dependency(window, "database").gauges = {gauge("slots", 80.0 + number, 100)};
    });
    const std::string expected = to_json(judged(healthy(), fleet.make()));
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Chance chance(seed);
        Sent before = healthy();
        Sent after = fleet.make();
        repeat_and_shuffle(before, chance);
        repeat_and_shuffle(after, chance);
        EXPECT_EQ(to_json(judged(before, after)), expected) << "seed " << seed;
    }
}

TEST(HostileInput, a_side_without_evidence_is_insufficient_in_every_way_to_have_none) {
    const auto empty_dependencies = [](Window& window, int, int) { window.dependencies.clear(); };
    const auto no_runs = [](Window& window, int, int) {
        for (WindowDependency& each : window.dependencies) {
            WindowDependency blank;
            blank.dependency = each.dependency;
            blank.kind = each.kind;
            each = blank;
        }
    };
    const std::vector<Sent> empty{{},
                                  staging().change(empty_dependencies).make(),
                                  staging().change(no_runs).make(),
                                  staging().ends(noon() - std::chrono::hours(2)).make()};
    for (std::size_t i = 0; i < empty.size(); ++i) {
        EXPECT_EQ(judged(empty[i], healthy()).verdict, Verdict::insufficient) << "baseline " << i;
        EXPECT_EQ(judged(healthy(), empty[i]).verdict, Verdict::insufficient) << "candidate " << i;
        EXPECT_EQ(judged(empty[i], empty[i]).verdict, Verdict::insufficient) << "both " << i;
    }
}

TEST(HostileInput, a_fault_of_the_newest_windows_is_not_undone_by_a_clock_that_jumped_back) {
    // The tasks' own clocks went back an hour; the reader's did not.
    Fleet fleet = production().tasks(4).windows(5);
    fleet.change([](Window& window, int, int number) {
        if (number < 3) return;
        window.start -= std::chrono::hours(1);
        fail_all(window, "database", "connect", "tcp.refused");
    });
    EXPECT_EQ(judged(healthy(), fleet.make()).verdict, Verdict::hold);
}

TEST(HostileInput, an_agent_that_starts_again_does_not_hide_what_it_saw_before_or_since) {
    Sent after = broken();
    Chance chance(3);
    restart_agents(after, chance);
    EXPECT_EQ(judged(healthy(), after).verdict, Verdict::hold);
}

TEST(HostileInput, a_limit_that_is_none_is_never_taken_for_room) {
    for (const double limit : {0.0, -1.0, kNone, kEndless, -kEndless}) {
        const auto with = [](double value, double most) {
            return [=](Window& window, int, int) {
                dependency(window, "database").gauges = {gauge("slots", value, most)};
            };
        };
        const Sent before = staging().change(with(10, 100)).make();
        const Sent after = production().change(with(99, limit)).make();
        EXPECT_NE(judged(before, after).verdict, Verdict::promote) << "limit " << limit;
    }
}

TEST(HostileInput, a_healthy_candidate_among_absurd_numbers_is_judged_without_a_crash) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Chance chance(seed);
        Sent before = healthy();
        Sent after = healthy();
        for (auto& [window, end] : after)
            window.labels["environment"] = "production";
        make_numbers_absurd(before, chance);
        make_numbers_absurd(after, chance);
        const Report report = judged(before, after);
        EXPECT_NE(report.verdict, Verdict::hold) << "seed " << seed << "\n" << words(report);
        const std::string once = to_json(report);
        for (const char* none : {"nan", "inf", "NaN", "Infinity"})
            EXPECT_EQ(once.find(none), std::string::npos) << none << ", seed " << seed << "\n" << once;
        EXPECT_EQ(to_json(judged(before, after)), once) << "seed " << seed;
    }
}

TEST(HostileInput, counters_that_start_again_are_no_amount_that_runs_out) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Chance chance(seed);
        Sent before = staging().tasks(4).windows(5).make();
        Sent after = production().tasks(4).windows(5).make();
        restart_agents(before, chance);
        restart_agents(after, chance);
        EXPECT_EQ(judged(before, after).verdict, Verdict::promote) << "seed " << seed;
    }
}

TEST(HostileInput, a_healthy_candidate_that_loses_tasks_or_a_dependency_is_never_promoted_in_silence) {
    Spec cache;
    cache.name = "cache";
    const Sent before = staging().with(cache).tasks(4).windows(12).make();
    const Sent whole = production().with(cache).tasks(4).windows(12).make();
    ASSERT_EQ(judged(before, whole).verdict, Verdict::promote);
    const auto task_of = [](const Window& window) { return window.labels.at("task").back() - '0'; };
    for (int lost = 2; lost <= 4; ++lost) {
        for (std::uint64_t from = 2; from <= 8; ++from) {
            Sent after = whole;
            std::erase_if(after, [&](const auto& each) {
                return task_of(each.first) < lost && each.first.sequence > from;
            });
            EXPECT_EQ(judged(before, after).verdict, Verdict::insufficient) << lost << " from " << from;
        }
        Sent after = whole;
        for (auto& [window, end] : after) {
            if (task_of(window) < lost) window.dependencies.pop_back();
        }
        const Report report = judged(before, after);
        EXPECT_EQ(report.verdict, Verdict::insufficient) << lost << "\n" << words(report);
        EXPECT_NE(gaps(report, true).find("cache"), std::string::npos);
    }
}

}  // namespace
}  // namespace plumb::judge::test
