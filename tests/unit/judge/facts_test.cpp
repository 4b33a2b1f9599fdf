#include "controller/judge/statistics/ranking.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Spec with_fact(const std::string& name, FactClass cls, const std::string& value) {
    Spec spec;
    spec.facts = {{name, cls, value}};
    return spec;
}

Fleet side(const std::string& environment, FactClass cls, const std::string& value) {
    return Fleet(environment).with(with_fact("redis.maxmemory_policy", cls, value));
}

Fleet odd_tasks(Fleet fleet, int count, const std::string& value) {
    fleet.change([=](Window& window, int task, int) {
        if (task < count) set_fact(window, "database", "redis.maxmemory_policy", value);
    });
    return fleet;
}

TEST(Facts, another_value_of_what_must_match_holds) {
    const Report report = compare(side("staging", FactClass::must_match, "noeviction"),
                                  side("production", FactClass::must_match, "allkeys-lru"));
    EXPECT_EQ(report.verdict, Verdict::hold);
    ASSERT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy critical\n");
    EXPECT_EQ(report.findings[0].baseline, "noeviction");
    EXPECT_EQ(report.findings[0].candidate, "allkeys-lru");
    EXPECT_EQ(report.findings[0].category, Category::drift);
    EXPECT_TRUE(report.findings[0].scope.empty());
}

TEST(Facts, one_task_a_side_is_enough) {
    const Report report = compare(side("staging", FactClass::must_match, "a").tasks(1),
                                  side("production", FactClass::must_match, "b").tasks(1).windows(1));
    EXPECT_EQ(report.verdict, Verdict::hold);
}

TEST(Facts, equal_values_are_quiet) {
    EXPECT_EQ(told(compare(side("staging", FactClass::must_match, "a"),
                           side("production", FactClass::must_match, "a"))),
              "");
}

TEST(Facts, what_is_informational_is_never_judged) {
    EXPECT_EQ(compare(side("staging", FactClass::informational, "a"),
                      side("production", FactClass::informational, "b"))
                  .verdict,
              Verdict::promote);
}

TEST(Facts, the_policy_may_give_a_fact_another_class) {
    Policy policy;
    policy.fact_classes["redis.maxmemory_policy"] = FactClass::informational;
    EXPECT_EQ(told(compare(side("staging", FactClass::must_match, "a"),
                           side("production", FactClass::must_match, "b"), policy)),
              "");
}

TEST(Facts, two_tasks_of_five_hold_one_of_five_warns_one_of_six_is_quiet) {
    const Fleet before = side("staging", FactClass::must_match, "a");
    const Fleet after = side("production", FactClass::must_match, "a");
    EXPECT_EQ(compare(before, odd_tasks(Fleet(after).tasks(5), 2, "b")).verdict, Verdict::hold);
    const Report one = compare(before, odd_tasks(Fleet(after).tasks(5), 1, "b"));
    EXPECT_EQ(one.verdict, Verdict::promote);
    EXPECT_EQ(told(one), "database server fact.differs fact:redis.maxmemory_policy warning\n");
    EXPECT_EQ(told(compare(before, odd_tasks(Fleet(after).tasks(6), 1, "b"))), "");
}

TEST(Facts, the_scope_names_the_revision_that_differs) {
    Fleet after = side("production", FactClass::must_match, "a").tasks(6);
    after.change([](Window& window, int task, int) {
        if (task < 3) return;
        window.labels["revision"] = "8";
        set_fact(window, "database", "redis.maxmemory_policy", "b");
    });
    const Report report = compare(side("staging", FactClass::must_match, "a"), after);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}}));
    EXPECT_EQ(report.findings[0].candidate, "a (3 of 6 tasks), b (3 of 6 tasks)");
}

// Ten tasks, of which the last belongs to the next revision.
Fleet rollout(const std::function<void(Window&)>& of_the_new_one) {
    Fleet after = side("production", FactClass::must_match, "a").tasks(10);
    after.change([=](Window& window, int task, int) {
        if (task != 9) return;
        window.labels["revision"] = "8";
        of_the_new_one(window);
    });
    return after;
}

TEST(Facts, the_first_task_of_a_rollout_is_a_cohort_of_its_own) {
    const auto other = [](Window& window) { set_fact(window, "database", "redis.maxmemory_policy", "b"); };
    const Report report = compare(side("staging", FactClass::must_match, "a"), rollout(other));
    EXPECT_EQ(report.verdict, Verdict::hold) << "one of ten tasks, and the only one of its revision";
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}}));
    const auto same = [](Window&) {};
    EXPECT_EQ(told(compare(side("staging", FactClass::must_match, "a"), rollout(same))), "");
}

TEST(Facts, one_that_only_the_new_revision_has_warns_with_that_revision_as_its_scope) {
    Fleet after = rollout([](Window& window) {
        dependency(window, "database").facts.push_back({"redis.new", FactClass::must_match, "x", 30});
    });
    const Report report = compare(side("staging", FactClass::must_match, "a"), after);
    EXPECT_EQ(told(report), "database server fact.missing fact:redis.new warning\n");
    EXPECT_EQ(report.findings[0].scope, (Labels{{"revision", "8"}}));
}

TEST(Facts, tasks_that_drain_or_just_began_are_left_out) {
    for (const bool draining : {true, false}) {
        Fleet after = odd_tasks(side("production", FactClass::must_match, "a").tasks(4), 2, "b");
        after.change([=](Window& window, int task, int) {
            if (task >= 2) return;
            if (draining) window.draining = true;
            if (!draining) window.task_age = std::chrono::seconds(45);
        });
        EXPECT_EQ(told(compare(side("staging", FactClass::must_match, "a"), after)), "");
    }
}

TEST(Facts, young_tasks_count_when_there_are_no_others) {
    Fleet after = side("production", FactClass::must_match, "b");
    after.change([](Window& window, int, int) { window.task_age = std::chrono::seconds(45); });
    EXPECT_EQ(compare(side("staging", FactClass::must_match, "a"), after).verdict, Verdict::hold);
}

TEST(Facts, values_that_occur_on_both_sides_differ_only_beyond_chance) {
    // A balancer in front of two servers: which one a task saw last is chance.
    Fleet before = odd_tasks(side("staging", FactClass::must_match, "a").tasks(3), 1, "b");
    Fleet after = odd_tasks(side("production", FactClass::must_match, "a").tasks(3), 3, "b");
    EXPECT_EQ(told(compare(before, after)), "");
    Fleet many_before = odd_tasks(side("staging", FactClass::must_match, "a").tasks(40), 4, "b");
    Fleet many_after = odd_tasks(side("production", FactClass::must_match, "a").tasks(40), 30, "b");
    EXPECT_EQ(compare(many_before, many_after).verdict, Verdict::hold);
}

TEST(Facts, a_value_that_takes_turns_on_the_baseline_is_usual_and_one_that_went_is_not) {
    const auto before = [](bool turns) {
        Fleet fleet = side("staging", FactClass::must_match, "a").windows(10);
        fleet.change([=](Window& window, int, int number) {
            const bool other = turns ? number % 3 == 1 : number < 5;
            if (other) set_fact(window, "database", "redis.maxmemory_policy", "b");
        });
        return fleet;
    };
    const Fleet after = side("production", FactClass::must_match, "b").windows(10);
    EXPECT_EQ(told(compare(before(true), after)), "");
    EXPECT_EQ(compare(before(false), after).verdict, Verdict::hold);
}

TEST(Facts, a_new_value_that_comes_and_goes_warns) {
    Fleet after = side("production", FactClass::must_match, "a").windows(9);
    after.change([](Window& window, int, int number) {
        if (number % 2 == 0) set_fact(window, "database", "redis.maxmemory_policy", "b");
    });
    const Report report = compare(side("staging", FactClass::must_match, "a"), after);
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy warning\n");
}

TEST(Facts, a_value_that_the_baseline_had_until_just_now_warns) {
    // One task a side, behind a balancer of two servers: nearly always b, and by chance a in the last window.
    Fleet before = side("staging", FactClass::must_match, "b").tasks(1).windows(12);
    before.change([](Window& window, int, int number) {
        if (number == 11) set_fact(window, "database", "redis.maxmemory_policy", "a");
    });
    const Report report =
        compare(before, side("production", FactClass::must_match, "b").tasks(1).windows(12));
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy warning\n");
}

TEST(Facts, values_that_all_differ_from_the_baselines_hold_though_each_is_rare) {
    Fleet scattered = side("production", FactClass::must_match, "a").tasks(12);
    scattered.change([](Window& window, int task, int) {
        set_fact(window, "database", "redis.maxmemory_policy", "own-" + std::to_string(task / 2));
    });
    const Fleet before = side("staging", FactClass::must_match, "a");
    const Report report = compare(before, scattered);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy critical\n");
    // Where every task of the baseline has a value of its own, another one means nothing.
    Fleet own = side("staging", FactClass::must_match, "a").tasks(12);
    own.change([](Window& window, int task, int) {
        set_fact(window, "database", "redis.maxmemory_policy", "its-" + std::to_string(task));
    });
    EXPECT_EQ(told(compare(own, scattered)), "");
}

TEST(Facts, what_must_differ_holds_when_it_is_the_same) {
    const Report same = compare(side("staging", FactClass::must_differ, "7123"),
                                side("production", FactClass::must_differ, "7123"));
    EXPECT_EQ(same.verdict, Verdict::hold);
    EXPECT_THAT(same.findings[0].reason, HasSubstr("must differ"));
    EXPECT_EQ(told(compare(side("staging", FactClass::must_differ, "7123"),
                           side("production", FactClass::must_differ, "7124"))),
              "");
}

TEST(Facts, what_must_differ_says_nothing_within_one_environment) {
    const Fleet old = side("production", FactClass::must_differ, "7123");
    EXPECT_EQ(compare(old, Fleet(old)).verdict, Verdict::promote);
}

TEST(Facts, what_must_agree_says_nothing_across_environments_but_holds_inside_the_candidate) {
    const Fleet before = side("staging", FactClass::must_agree, "a");
    EXPECT_EQ(told(compare(before, side("production", FactClass::must_agree, "b"))), "");
    const Report split =
        compare(before, odd_tasks(side("production", FactClass::must_agree, "a").tasks(5), 2, "b"));
    EXPECT_EQ(split.verdict, Verdict::hold);
    // Two revisions in one environment may disagree: a rollout is under way.
    Fleet rollout = odd_tasks(side("production", FactClass::must_agree, "a"), 1, "b");
    rollout.change([](Window& window, int task, int) {
        if (task == 0) window.labels["revision"] = "8";
    });
    EXPECT_EQ(told(compare(before, rollout)), "");
}

TEST(Facts, one_odd_task_of_what_must_agree_and_few_of_many_only_warn) {
    const Fleet before = side("staging", FactClass::must_agree, "a");
    const auto odd = [&](int count, int tasks) {
        return told(compare(
            before, odd_tasks(side("production", FactClass::must_agree, "a").tasks(tasks), count, "b")));
    };
    EXPECT_EQ(odd(1, 3), "database server fact.differs fact:redis.maxmemory_policy warning\n");
    EXPECT_EQ(odd(2, 12), "database server fact.differs fact:redis.maxmemory_policy warning\n");
    EXPECT_EQ(odd(3, 12), "database server fact.differs fact:redis.maxmemory_policy critical\n");
}

TEST(Facts, an_ordered_one_warns_with_its_direction) {
    const Report report =
        compare(side("staging", FactClass::ordered, "10.2"), side("production", FactClass::ordered, "9.6"));
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy warning\n");
    EXPECT_EQ(report.findings[0].candidate, "9.6, lower than the baseline");
}

TEST(Facts, an_ordered_one_that_a_minority_has_lower_warns_too) {
    const Report report =
        compare(side("staging", FactClass::ordered, "7.2"),
                odd_tasks(side("production", FactClass::ordered, "7.2").tasks(8), 2, "6.0"));
    ASSERT_EQ(told(report), "database server fact.differs fact:redis.maxmemory_policy warning\n");
    EXPECT_EQ(report.findings[0].evidence.at("direction").as_string(), "lower");
}

TEST(Facts, one_that_is_missing_though_runs_succeed_holds) {
    Fleet after = side("production", FactClass::must_match, "a");
    after.change([](Window& window, int, int) { dependency(window, "database").facts.clear(); });
    const Report report = compare(side("staging", FactClass::must_match, "a"), after);
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_EQ(told(report), "database server fact.missing fact:redis.maxmemory_policy critical\n");
    EXPECT_EQ(report.findings[0].candidate, "(absent)");
}

TEST(Facts, one_that_only_the_candidate_has_warns) {
    Fleet before = side("staging", FactClass::must_match, "a");
    before.change([](Window& window, int, int) { dependency(window, "database").facts.clear(); });
    const Report report = compare(before, side("production", FactClass::must_match, "a"));
    EXPECT_EQ(report.verdict, Verdict::promote);
    EXPECT_EQ(told(report), "database server fact.missing fact:redis.maxmemory_policy warning\n");
}

TEST(Facts, one_that_failing_runs_could_not_see_is_no_finding) {
    Fleet after = side("production", FactClass::must_match, "a");
    after.change([](Window& window, int, int) { fail_all(window, "database", "connect", "tcp.refused"); });
    EXPECT_EQ(told(compare(side("staging", FactClass::must_match, "a"), after)),
              "database connect tcp.refused failures critical\n");
}

TEST(Facts, a_variable_of_the_task_that_should_differ_and_does_not_warns) {
    Spec spec = with_fact("env.API_KEY", FactClass::must_differ, "1a2b3c4d");
    spec.name = "task";
    spec.kind = "task";
    const Report report = compare(Fleet("staging").with(spec), Fleet("production").with(spec));
    EXPECT_EQ(told(report), "task task fact.differs fact:env.API_KEY warning\n");
}

TEST(Facts, their_layer_follows_from_their_name) {
    EXPECT_EQ(layer_of_fact("dns.scope", "tcp"), Layer::resolve);
    EXPECT_EQ(layer_of_fact("tls.version", "https"), Layer::handshake);
    EXPECT_EQ(layer_of_fact("postgres.role", "postgres"), Layer::server);
    EXPECT_EQ(layer_of_fact("tls.anything", "task"), Layer::task);
}

TEST(NaturalOrder, compares_digits_as_numbers) {
    EXPECT_EQ(natural_order("9.6", "10.1"), Order::lower);
    EXPECT_EQ(natural_order("15.4", "15.10"), Order::lower);
    EXPECT_EQ(natural_order("15.4", "15.4"), Order::same);
    EXPECT_EQ(natural_order("7.0.1", "7.0"), Order::higher);
    EXPECT_EQ(natural_order("TLSv1.3", "TLSv1.2"), Order::higher);
    EXPECT_EQ(natural_order("007", "7"), Order::same);
    EXPECT_EQ(natural_order("-1", "3"), Order::lower);
    EXPECT_EQ(natural_order("", "1"), Order::lower);
    EXPECT_EQ(natural_order("59", "58"), Order::same) << "days left change at midnight";
    EXPECT_EQ(natural_order("15", "16"), Order::lower);
    EXPECT_EQ(natural_order("99999999999999999999999", "1"), Order::higher);
}

TEST(Facts, what_runs_see_while_they_fail_is_the_failures) {
    // After one window of three runs nothing but the error's status is known.
    const auto status = [](const std::string& environment, const std::string& value) {
        Spec spec;
        spec.runs = 3;
        spec.facts = {{"http.status", FactClass::must_match, value}};
        return Fleet(environment).tasks(4).windows(1).with(spec);
    };
    Fleet after = status("production", "504");
    after.change([](Window& window, int, int) {
        const auto kept = dependency(window, "database").facts;
        fail_all(window, "database", "query", "http.gateway_timeout");
        dependency(window, "database").facts = kept;
    });
    const Report report = compare(status("staging", "200"), after);
    for (const Finding& each : report.findings)
        EXPECT_NE(each.subject == "fact:http.status" && each.severity == Severity::critical, true);
    EXPECT_EQ(told(compare(status("staging", "200"), status("production", "204"))),
              "database server fact.differs fact:http.status critical\n");
}

}  // namespace
}  // namespace plumb::judge::test
