// What tasks show of themselves: the dependency `task`.
#include "tests/unit/judge/task_looks.hpp"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(TaskEvidence, equal_tasks_promote) {
    const auto report = against([](Window&, int, int) {});
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::promote);
}

// How long the agent reads is no property of the app: a larger image takes longer.
TEST(TaskEvidence, a_look_that_takes_longer_is_no_difference) {
    const auto looking_for = [](double ms) {
        Spec spec = looks();
        spec.phases[0].second = ms;
        return spec;
    };
    Policy policy;
    policy.hold_on.latency = true;
    const auto report = compare(Fleet("staging").with(Spec()).with(looking_for(3)),
                                Fleet("production").with(Spec()).with(looking_for(300)), policy);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::promote);
}

TEST(TaskEvidence, a_variable_a_package_an_authority_a_kernel_setting_and_a_limit_are_five_findings) {
    const auto report = against(facts({{"env.DATABASE_URL", "(missing)"},
                                       {"image.packages", "3 packages, cccccccc"},
                                       {"image.packages.list.0", "curl 7.88;openssl 3.0.13;"},
                                       {"image.ca_bundle", "141 authorities, dddddddd"},
                                       {"kernel.somaxconn", "128"},
                                       {"task.memory_limit", "256 MiB"}}));
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_THAT(report.findings, SizeIs(5));
    for (const auto& each : report.findings) {
        EXPECT_EQ(each.dependency, "task");
        EXPECT_EQ(each.layer, Layer::task);
        EXPECT_THAT(each.folded, SizeIs(0));
        const bool limit = each.subject == "fact:task.memory_limit";
        EXPECT_EQ(each.severity, limit ? Severity::warning : Severity::critical) << each.subject;
        if (each.subject == "fact:image.packages") {
            EXPECT_THAT(each.baseline, HasSubstr("with openssl 3.0.11"));
            EXPECT_THAT(each.candidate, HasSubstr("with openssl 3.0.13"));
        }
        if (each.subject == "fact:env.DATABASE_URL") {
            EXPECT_EQ(each.cause, "fact.missing");
        }
    }
}

TEST(TaskEvidence, what_is_required_and_missing_holds_also_when_it_is_so_in_both) {
    Fleet before = tasks("staging");
    Fleet after = tasks("production");
    for (Fleet* each : {&before, &after})
        each->change(facts({{"env.DATABASE_URL", "(missing)"}}));
    const auto report = compare(before, after);
    EXPECT_EQ(told(report), "task task fact.missing fact:env.DATABASE_URL critical\n");
    EXPECT_EQ(report.verdict, Verdict::hold);
    EXPECT_THAT(report.findings[0].reason, HasSubstr("required"));
}

TEST(TaskEvidence, one_task_that_lacks_what_is_required_holds_and_is_named) {
    const auto report = against([](Window& window, int task, int) {
        if (task == 1) set_fact(window, "task", "env.DATABASE_URL", "(missing)");
    });
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_EQ(report.findings[0].severity, Severity::critical);
    EXPECT_THAT(report.findings[0].scope, SizeIs(1));
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("(missing) (1 of 3 tasks)"));
}

TEST(TaskEvidence, a_candidate_that_has_what_the_baseline_lacks_stops_nobody) {
    Fleet before = tasks("staging");
    before.change(facts({{"env.DATABASE_URL", "(missing)"}}));
    const auto report = compare(before, tasks("production"));
    EXPECT_EQ(report.verdict, Verdict::promote);
}

TEST(TaskEvidence, a_secret_that_both_share_is_a_warning) {
    const auto secret = [](Window& window, int, int) {
        for (auto& fact : dependency(window, "task").facts) {
            if (fact.name == "env.DB_PASSWORD.value") fact.cls = FactClass::must_differ;
        }
    };
    Fleet before = tasks("staging");
    before.change(secret);
    Fleet after = tasks("production");
    after.change(secret);
    EXPECT_EQ(told(compare(before, after)), "task task fact.differs fact:env.DB_PASSWORD.value warning\n");
    after.change(facts({{"env.DB_PASSWORD.value", "22222222"}}));
    EXPECT_EQ(told(compare(before, after)), "");
}

TEST(TaskEvidence, another_system_explains_the_rest_of_the_image) {
    const auto report = against(facts({{"image.os", "alpine 3.19"},
                                       {"image.libc", "musl 1.2.4"},
                                       {"image.ca_bundle", "141 authorities, dddddddd"},
                                       {"image.packages", "15 packages, eeeeeeee"}}));
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_EQ(report.findings[0].subject, "fact:image.os");
    EXPECT_THAT(report.findings[0].folded, SizeIs(3));
}

TEST(TaskEvidence, what_a_release_brings_along_warns) {
    const auto report = against([](Window& window, int, int) {
        window.labels["image"] = "sha256:new";
        set_fact(window, "task", "image.packages", "3 packages, cccccccc");
    });
    EXPECT_EQ(told(report), "task task fact.differs fact:image.packages warning\n");
}

TEST(TaskEvidence, a_check_that_fails_holds_with_its_own_cause) {
    const auto report = against([](Window& window, int, int) {
        auto& seen = dependency(window, "task");
        seen.failures = {{"sockets.database", "task.connection_leak", 6}};
        seen.runs += 6;  // each check is a run of its own
    });
    ASSERT_THAT(report.findings, SizeIs(1));
    const auto& leak = report.findings[0];
    EXPECT_EQ(leak.cause, "task.connection_leak");
    EXPECT_EQ(leak.category, Category::exhaustion);
    EXPECT_EQ(leak.layer, Layer::task);
    EXPECT_EQ(leak.severity, Severity::critical);
    EXPECT_THAT(leak.candidate, HasSubstr("failed"));
}

TEST(TaskEvidence, memory_near_its_limit_explains_a_lower_limit_and_nothing_else) {
    const auto report = against([](Window& window, int, int) {
        dependency(window, "task").gauges = {gauge("task.memory", 250, 256)};
        set_fact(window, "task", "task.memory_limit", "256 MiB");
        set_fact(window, "task", "kernel.somaxconn", "128");
    });
    ASSERT_THAT(report.findings, SizeIs(2));
    EXPECT_EQ(report.findings[0].subject, "fact:kernel.somaxconn");
    EXPECT_EQ(report.findings[1].subject, "gauge:task.memory");
    EXPECT_EQ(report.findings[1].category, Category::exhaustion);
    ASSERT_THAT(report.findings[1].folded, SizeIs(1));
    EXPECT_EQ(report.findings[1].folded[0].subject, "fact:task.memory_limit");
}

// By phase; each check has one of its own.
Fleet::Change checks_fail(std::map<std::string, std::string> causes) {
    return [causes = std::move(causes)](Window& window, int, int) {
        auto& seen = dependency(window, "task");
        for (const auto& [phase, cause] : causes) {
            seen.failures.push_back({phase, cause, 6});
            seen.runs += 6;
        }
    };
}

TEST(TaskEvidence, a_limit_goes_under_what_stands_at_it_whatever_both_are_called) {
    const auto report = against([](Window& window, int, int) {
        auto& seen = dependency(window, "task");
        seen.gauges.push_back(gauge("task.descriptors", 245, 256));
        seen.facts.push_back({"task.descriptor_limit", FactClass::ordered, "256"});
    });
    ASSERT_THAT(report.findings, SizeIs(1)) << told(report);
    EXPECT_EQ(report.findings[0].subject, "gauge:task.descriptors");
    EXPECT_THAT(report.findings[0].folded, SizeIs(1));
}

TEST(TaskEvidence, a_lower_limit_goes_under_the_tasks_that_starve_for_it) {
    const auto limited = [](const char* cores) {
        return [=](Window& window, int, int) {
            dependency(window, "task").facts.push_back({"task.cpu_limit", FactClass::ordered, cores});
        };
    };
    Fleet before = tasks("staging");
    before.change(limited("1.00"));
    Fleet after = tasks("production");
    after.change(limited("0.10")).change([](Window& window, int, int) {
        auto& seen = dependency(window, "database");
        seen.suspect = seen.runs;
    });
    const auto report = compare(before, after);
    ASSERT_THAT(report.findings, SizeIs(1)) << told(report);
    EXPECT_EQ(report.findings[0].cause, "task.starved");
    ASSERT_THAT(report.findings[0].folded, SizeIs(1));
    EXPECT_EQ(report.findings[0].folded[0].subject, "fact:task.cpu_limit");
}

TEST(TaskEvidence, a_full_queue_is_told_once) {
    Fleet after = tasks("production");
    after.change(checks_fail({{"listeners", "task.backlog_full"}})).change([](Window& window, int, int) {
        dependency(window, "task").gauges.push_back(gauge("listeners.8080.queue", 5, 4));
    });
    const auto report = compare(tasks("staging"), after);
    ASSERT_THAT(report.findings, SizeIs(1)) << told(report);
    EXPECT_EQ(report.findings[0].cause, "task.backlog_full");
    EXPECT_EQ(report.findings[0].folded.at(0).cause, "gauge.headroom");
}

TEST(TaskEvidence, who_listens_on_another_port_is_never_ready) {
    const auto report = against(checks_fail({{"warmup", "task.not_ready"}, {"port", "task.wrong_port"}}));
    ASSERT_THAT(report.findings, SizeIs(1)) << told(report);
    EXPECT_EQ(report.findings[0].cause, "task.wrong_port");
}

Fleet::Change warm_up(double seconds) {
    return [=](Window& window, int, int) {
        dependency(window, "task").gauges.push_back(gauge("task.warmup", seconds, 120));
    };
}

TEST(TaskEvidence, a_warm_up_of_80_percent_of_the_kill_line_is_flagged_and_of_40_not) {
    EXPECT_EQ(told(against(warm_up(48))), "");
    EXPECT_EQ(told(against(warm_up(95))), "");
    EXPECT_EQ(told(against(warm_up(96))), "task task warmup.margin warmup warning\n");
    const auto report = against(warm_up(110));
    EXPECT_EQ(told(report), "task task warmup.margin warmup critical\n");
    EXPECT_EQ(report.findings[0].category, Category::health);
    EXPECT_EQ(report.findings[0].candidate, "ready after 110 s of 120 s, 92 % of the kill line");
    Policy policy;
    policy.accept = {{"task", "warmup", {}, {}, {}, "known", "team", Time::max()}};
    EXPECT_EQ(against(warm_up(110), policy).verdict, Verdict::promote);
}

TEST(TaskEvidence, looks_that_left_out_what_hardly_changes_lack_nothing) {
    Fleet after = tasks("production");
    after.tasks(4).change([](Window& window, int task, int) {
        if (task > 1) return;
        auto& seen = dependency(window, "task");
        std::erase_if(seen.phases, [](const WindowPhase& each) { return each.name == "inspect"; });
        seen.facts.clear();
    });
    const auto report = compare(tasks("staging"), after);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::promote);
}

TEST(TaskEvidence, an_agent_that_shows_none_blocks_nothing) {
    const Fleet old = Fleet("production").with(Spec());
    EXPECT_EQ(compare(tasks("staging"), old).verdict, Verdict::promote);
    const Fleet old_staging = Fleet("staging").with(Spec());
    EXPECT_EQ(compare(old_staging, tasks("production")).verdict, Verdict::promote);
}

TEST(TaskEvidence, what_each_task_counts_as_its_connections_is_what_a_deployment_adds) {
    Policy policy;
    policy.services["checkout"] = {3, 200};
    const auto full = [](double counted) {
        return [=](Window& window, int, int) {
            window.labels["service"] = "checkout";
            dependency(window, "database").gauges = {gauge("postgres.connections", 60, 100)};
            if (counted > 0)
                dependency(window, "task")
                    .gauges.push_back(gauge("sockets.database.connections", counted, 0, false));
        };
    };
    // Shared out over three tasks it would be 20 for each, and 120 of 100 while all three are doubled.
    EXPECT_THAT(told(against(full(0), policy)), HasSubstr("gauge.projection"));
    // They count 5 for each: 75 of 100.
    EXPECT_EQ(told(against(full(5), policy)), "");
    const auto report = against(full(15), policy);
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_EQ(report.findings[0].evidence.at("projection").at("a_task").as_double(), 15);
}

}  // namespace
}  // namespace plumb::judge::test
