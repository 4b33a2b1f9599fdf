// Tasks whose agents look at them: what a scenario may say of them, what becomes of it, and the image's
// files.
#include "tests/lab/net/image_file.hpp"
#include "tests/lab/net/scenario.hpp"
#include "tests/support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Scenario read(const std::string& text, std::string& complaints) {
    yaml::Complaints collected;
    collected.file = "s.yaml";
    auto scenario = parse_scenario(
        "s", "about: a\ndependencies: [search]\n" + text + "expect: {verdict: promote}\n", collected);
    complaints = collected.joined();
    return scenario;
}

std::string complaints_of(const std::string& text) {
    std::string complaints;
    read(text, complaints);
    return complaints;
}

std::string fault(const std::string& entry) {
    return complaints_of("task: true\nfaults:\n  - " + entry + "\n");
}

EnvironmentPlan production_of(const std::string& text) {
    std::string complaints;
    const auto scenario = read(text, complaints);
    EXPECT_THAT(complaints, IsEmpty());
    auto plan = plain_plan("production", scenario.fleet, scenario.targets);
    for (const auto* injections : {&scenario.setup, &scenario.faults}) {
        for (const auto& one : *injections)
            one.effect.plan(plan);
    }
    return plan;
}

TEST(lab_own_task, agents_look_at_their_tasks_only_when_they_are_told) {
    EXPECT_EQ(production_of("").tasks.at(0).look, "");
    EXPECT_EQ(production_of("task: false\n").tasks.at(0).look, "");
    EXPECT_EQ(production_of("task: true\n").tasks.at(3).look, "{interval: 333ms, inspect_interval: 2s}");
}

TEST(lab_own_task, what_an_agent_is_told_of_its_task_is_passed_on) {
    const auto plan = production_of(
        "task:\n  interval: 1s\n  variables: {required: [A, B_C]}\n"
        "  warmup: {health: \"http://127.0.0.1:8080/h?a=b\", interval: 2s, unhealthy_threshold: 3}\n");
    EXPECT_EQ(plan.tasks.at(0).look,
              "{interval: 1s, variables: {required: [A, B_C]}, warmup: {health: "
              "\"http://127.0.0.1:8080/h?a=b\", interval: 2s, unhealthy_threshold: 3}}");
    EXPECT_EQ(production_of("task: {variables: {required: [A]}}\n").tasks.at(0).look,
              "{variables: {required: [A]}, interval: 333ms, inspect_interval: 2s}");
}

TEST(lab_own_task, what_an_agent_would_refuse_is_told_with_its_line) {
    EXPECT_THAT(complaints_of("task: {warmup: {interval: 2s}}\n"),
                HasSubstr("s.yaml:3: task.warmup: which URL"));
    EXPECT_THAT(complaints_of("task: {variables: {requird: [A]}}\n"), HasSubstr("did you mean 'required'?"));
    EXPECT_THAT(complaints_of("task: perhaps\n"), HasSubstr("s.yaml:3: "));
}

TEST(lab_own_task, what_only_the_task_shows_needs_somebody_who_looks) {
    for (const char* entry :
         {"memory: {use: 90}", "descriptors: {use: 200}", "app: {port: 3000}", "pool: {to: cache}",
          "leak: {to: search}", "file: {path: /etc/os-release, text: a}",
          "kernel: {name: net.core.somaxconn, value: 9}", "cpu: {percent: 9, busy: true}"})
        EXPECT_THAT(complaints_of(std::string("faults:\n  - ") + entry + "\n"),
                    HasSubstr("no agent looks at its task, so nobody would see it; 'task: true' lets them"))
            << entry;
    EXPECT_THAT(complaints_of("faults:\n  - cpu: {percent: 9}\n"), IsEmpty());
    EXPECT_THAT(fault("leak: {to: cache}"), HasSubstr("no target of the tasks leads to cache"));
    EXPECT_THAT(fault("leak: {to: search}"), IsEmpty());
}

TEST(lab_own_task, options_are_within_bounds) {
    EXPECT_THAT(fault("memory: {}"), HasSubstr("memory needs a limit"));
    EXPECT_THAT(fault("memory: {limit: 32}"), HasSubstr("at least 96 MiB"));
    EXPECT_THAT(fault("memory: {use: 99}"), HasSubstr("from 1 to 95"));
    EXPECT_THAT(fault("descriptors: {limit: 64, use: 64}"), HasSubstr("fewer than the limit"));
    EXPECT_THAT(fault("app: {ready_after: 2m}"), HasSubstr("at most 1m"));
    EXPECT_THAT(fault("file: {path: etc/os-release, text: a}"), HasSubstr("from the root on"));
    EXPECT_THAT(fault("file: {path: /etc/os-release}"), HasSubstr("either its text, or"));
    EXPECT_THAT(fault("file: {path: /etc/a, text: a, without: b}"), HasSubstr("either its text, or"));
    EXPECT_THAT(fault("kernel: {name: vm.overcommit_memory, value: 2}"), HasSubstr("a setting of networks"));
    EXPECT_THAT(fault("leak: {to: database}"), HasSubstr("to is one of cache, search"));
    EXPECT_THAT(fault("oom: {}"), HasSubstr("it needs an 'at'"));
    EXPECT_THAT(fault("oom: {}\n    at: 3"), IsEmpty());
}

TEST(lab_own_task, what_several_say_of_one_app_adds_up) {
    const auto plan = production_of(
        "task: true\nsetup:\n  - memory: {limit: 128}\nfaults:\n  - memory: {use: 91}\n  - app: {port: "
        "3000}\n"
        "  - app: {ready_after: 4s, from: {zone: b}}\n  - cpu: {percent: 20, busy: true}\n"
        "  - kernel: {name: net.core.somaxconn, value: 128}\n  - leak: {to: search, connections: 3}\n");
    const auto& own = plan.tasks.at(3).own;
    EXPECT_EQ(own.memory, 128);
    EXPECT_EQ(own.app.memory, 91);
    EXPECT_EQ(own.app.port, 3000);
    EXPECT_EQ(own.app.ready_after, std::chrono::seconds(4));
    EXPECT_TRUE(own.app.busy);
    EXPECT_EQ(own.kernel.at("net.core.somaxconn"), "128");
    EXPECT_EQ(own.app.leak.server, "search");
    EXPECT_EQ(own.app.leak.connections, 3);
    EXPECT_EQ(plan.tasks.at(0).own.app.ready_after.count(), 0);
}

TEST(lab_own_task, a_fault_takes_the_place_of_what_the_setup_says_of_the_same) {
    const auto plan = production_of(
        "task: true\nsetup:\n  - descriptors: {limit: 512, use: 40}\n"
        "faults:\n  - descriptors: {limit: 256, use: 245, from: {zone: b}}\n");
    EXPECT_EQ(plan.tasks.at(0).own.app.descriptor_limit, 512);
    EXPECT_EQ(plan.tasks.at(0).own.app.descriptors, 40);
    EXPECT_EQ(plan.tasks.at(3).own.app.descriptor_limit, 256);
    EXPECT_EQ(plan.tasks.at(3).own.app.descriptors, 245);
}

TEST(lab_own_task, a_variable_that_is_taken_away_was_there) {
    EXPECT_THAT(complaints_of("faults:\n  - environment: {unset: KEY}\n"),
                AllOf(HasSubstr("s.yaml:4: "), HasSubstr("has no variable KEY")));
    EXPECT_THAT(complaints_of("faults:\n  - environment: {}\n"), HasSubstr("sets variables, or unsets some"));
    const auto plan = production_of(
        "setup:\n  - environment: {set: {KEY: a, KEYS: b}}\nfaults:\n  - environment: {unset: KEY}\n");
    EXPECT_THAT(plan.tasks.at(0).environment, ElementsAre("KEYS=b"));
}

TEST(lab_own_task, findings_can_be_counted) {
    yaml::Complaints collected;
    const auto scenario = parse_scenario(
        "s", "about: a\nexpect: {verdict: promote, severity: warning, findings: 2}\n", collected);
    EXPECT_TRUE(collected.empty()) << collected.joined();
    EXPECT_EQ(scenario.expect.findings, 2U);
}

FileChange without(const std::string& words) {
    return {false, words};
}

TEST(lab_image_file, a_paragraph_is_left_out_by_one_of_its_lines) {
    const std::string status =
        "Package: a\nVersion: 1\n\nPackage: ab\nVersion: 1\n\nPackage: c\nVersion: 2\n";
    EXPECT_EQ(changed("f", status, {without("Package: a")}),
              "Package: ab\nVersion: 1\n\nPackage: c\nVersion: 2\n");
    EXPECT_EQ(changed("f", status, {without("Package: c")}),
              "Package: a\nVersion: 1\n\nPackage: ab\nVersion: 1\n\n");
    EXPECT_EQ(changed("f", status, {without("Version: 1"), without("Version: 2")}), "");
    EXPECT_THROW(changed("f", status, {without("Package")}), std::runtime_error) << "a whole line";
    EXPECT_EQ(changed("f", status, {{true, "ID=alpine\n"}}), "ID=alpine\n");
}

TEST(lab_image_file, a_certificate_is_left_out_by_its_common_name) {
    const test::Authority first("First Authority");
    const test::Authority second("Second Authority");
    const auto bundle = first.certificate() + second.certificate();
    EXPECT_EQ(changed("f", bundle, {without("First Authority")}), second.certificate());
    EXPECT_EQ(changed("f", bundle, {without("Second Authority")}), first.certificate());
    EXPECT_THROW(changed("f", bundle, {without("Third Authority")}), std::runtime_error);
}

}  // namespace
}  // namespace plumb::lab
