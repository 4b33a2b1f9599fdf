#include "controller/ctl/diff/compare.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace plumb::ctl {
namespace {

using judge::Severity;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// What `check` saved of a task; each fact is told with its class.
struct SavedTask {
    std::map<std::string, std::pair<const char*, std::string>> facts{
        {"env.DATABASE_URL", {"required", "postgres URL"}},
        {"env.DB_PASSWORD.value", {"must_differ", "11111111"}},
        {"image.packages", {"must_match", "3 packages, aaaaaaaa"}},
        {"image.packages.list.0", {"informational", "curl 7.88;openssl 3.0.11;"}},
        {"image.packages.list.1", {"informational", "zlib 1.2;"}},
        {"image.ca_bundle", {"must_match", "142 authorities, bbbbbbbb"}},
        {"kernel.somaxconn", {"must_match", "4096"}},
        {"task.memory_limit", {"ordered", "512 MiB"}},
        {"task.kernel", {"ordered", "6.1.0"}},
        {"hostname", {"informational", "ip-10-0-0-1"}},
    };
    std::string gauges = R"("task.memory":{"value":100,"limit":512})";
    std::string checks = R"({"name":"memory","ok":true})";

    std::string json() const {
        std::string values;
        std::string classes;
        for (const auto& [name, fact] : facts) {
            values += fmt::format(R"({}"{}":"{}")", values.empty() ? "" : ",", name, fact.second);
            classes += fmt::format(R"({}"{}":"{}")", classes.empty() ? "" : ",", name, fact.first);
        }
        return fmt::format(
            R"({{"agent":{{"version":"1","catalog":{{"facts":{{{}}},"gauges":{{"task.memory":{{"refuses_at_limit":true}},"task.warmup":{{"refuses_at_limit":true}}}}}}}},)"
            R"("task":{{"hostname":"x","facts":{{{}}},"gauges":{{{}}},"checks":[{}]}},"outcomes":[]}})",
            classes, values, gauges, checks);
    }
};

std::vector<judge::Finding> compare(const SavedTask& a, const SavedTask& b) {
    const auto first = read_check(a.json(), "a.json");
    const auto second = read_check(b.json(), "b.json");
    EXPECT_TRUE(first.has_value() && second.has_value());
    return compare_checks(*first, *second);
}

// Another secret, as it should be.
SavedTask production() {
    SavedTask task;
    task.facts["env.DB_PASSWORD.value"].second = "22222222";
    task.facts["hostname"].second = "ip-10-9-9-9";
    return task;
}

TEST(DiffTask, equal_tasks_differ_in_nothing) {
    EXPECT_THAT(compare(SavedTask(), production()), IsEmpty());
}

TEST(DiffTask, a_variable_a_package_an_authority_a_kernel_setting_and_a_limit_are_five_findings) {
    auto other = production();
    other.facts["env.DATABASE_URL"].second = "(missing)";
    other.facts["image.packages"].second = "3 packages, cccccccc";
    other.facts["image.packages.list.0"].second = "curl 7.88;openssl 3.0.13;";
    other.facts["image.ca_bundle"].second = "141 authorities, dddddddd";
    other.facts["kernel.somaxconn"].second = "128";
    other.facts["task.memory_limit"].second = "256 MiB";
    other.gauges = R"("task.memory":{"value":100,"limit":256})";
    const auto found = compare(SavedTask(), other);
    std::vector<std::string> subjects;
    for (const auto& each : found) {
        subjects.push_back(each.subject);
        EXPECT_EQ(each.dependency, "task");
        EXPECT_EQ(each.layer, Layer::task);
        if (each.subject == "fact:env.DATABASE_URL") {
            EXPECT_EQ(each.cause, "fact.missing");
            EXPECT_EQ(each.severity, Severity::critical);
        }
        if (each.subject == "fact:image.packages") {
            EXPECT_THAT(each.baseline, HasSubstr("with openssl 3.0.11"));
            EXPECT_THAT(each.candidate, HasSubstr("with openssl 3.0.13"));
        }
        if (each.subject == "fact:task.memory_limit") {
            EXPECT_EQ(each.severity, Severity::warning);
            EXPECT_THAT(each.candidate, HasSubstr("lower"));
        }
    }
    EXPECT_THAT(subjects,
                UnorderedElementsAre("fact:env.DATABASE_URL", "fact:image.packages", "fact:image.ca_bundle",
                                     "fact:kernel.somaxconn", "fact:task.memory_limit"));
}

TEST(DiffTask, a_secret_that_is_equal_in_both_is_a_warning) {
    const auto found = compare(SavedTask(), SavedTask());
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:env.DB_PASSWORD.value");
    EXPECT_EQ(found[0].severity, Severity::warning);
}

TEST(DiffTask, another_system_explains_the_rest_of_the_image) {
    SavedTask debian;
    debian.facts["image.os"] = {"must_match", "debian 12"};
    debian.facts["image.libc"] = {"must_match", "glibc 2.36"};
    auto alpine = production();
    alpine.facts["image.os"] = {"must_match", "alpine 3.19"};
    alpine.facts["image.libc"] = {"must_match", "musl 1.2.4"};
    alpine.facts["image.ca_bundle"].second = "140 authorities, eeeeeeee";
    const auto found = compare(debian, alpine);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:image.os");
    EXPECT_THAT(found[0].folded, SizeIs(2));
}

TEST(DiffTask, a_variable_of_another_kind_is_told_once) {
    SavedTask staging;
    staging.facts["env.API"] = {"must_match", "https URL"};
    staging.facts["env.API.place"] = {"must_match", "region eu-west-1"};
    auto other = production();
    other.facts["env.API"] = {"must_match", "http URL"};
    const auto found = compare(staging, other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:env.API");
    EXPECT_EQ(found[0].severity, Severity::critical);
}

TEST(DiffTask, what_only_the_candidate_has_stops_nobody) {
    auto other = production();
    other.facts["env.NEW"] = {"must_match", "text"};
    const auto found = compare(SavedTask(), other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].cause, "fact.missing");
    EXPECT_EQ(found[0].severity, Severity::warning);
}

TEST(DiffTask, a_value_that_must_match_is_named_by_its_variable) {
    SavedTask staging;
    staging.facts["env.LOG_LEVEL"] = {"must_match", "text"};
    staging.facts["env.LOG_LEVEL.value"] = {"must_match", "aaaaaaaa"};
    auto other = production();
    other.facts["env.LOG_LEVEL"] = {"must_match", "text"};
    other.facts["env.LOG_LEVEL.value"] = {"must_match", "bbbbbbbb"};
    const auto found = compare(staging, other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:env.LOG_LEVEL.value");
    EXPECT_EQ(found[0].severity, Severity::critical);
}

// What a task tells one by one, and what only pages name.
void set_variables(SavedTask& task, std::vector<std::string> told, const std::string& others) {
    for (const auto& name : told)
        task.facts["env." + name] = {"must_match", "text"};
    if (others.empty()) return;
    const auto count = std::count(others.begin(), others.end(), ';');
    task.facts["task.other_variables"] = {"must_match", fmt::format("{} more, {:x}", count, others.size())};
    task.facts["task.other_variables.list.0"] = {"informational", others};
}

TEST(DiffTask, one_more_variable_is_told_alone_whatever_it_pushes_out) {
    SavedTask staging;
    set_variables(staging, {"VAR_1", "VAR_2"}, "");
    auto other = production();
    set_variables(other, {"NEW", "VAR_1"}, "VAR_2;");
    const auto found = compare(staging, other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:env.NEW");
    EXPECT_EQ(found[0].severity, Severity::warning);
}

TEST(DiffTask, a_variable_that_only_a_page_names_is_named_when_it_is_missing) {
    SavedTask staging;
    set_variables(staging, {"A"}, "B;LOST;");
    auto other = production();
    set_variables(other, {"A"}, "B;");
    const auto found = compare(staging, other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].subject, "fact:task.other_variables");
    EXPECT_EQ(found[0].severity, Severity::critical);
    EXPECT_THAT(found[0].baseline, HasSubstr("with LOST"));
}

TEST(DiffTask, where_names_have_no_room_only_required_variables_are_called_missing) {
    SavedTask staging;
    set_variables(staging, {"A", "X"}, "");
    staging.facts["env.Y"] = {"required", "text"};
    auto other = production();
    set_variables(other, {"A"}, "C;D;…");
    const auto found = compare(staging, other);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].subject, "fact:env.Y");
    EXPECT_EQ(found[0].severity, Severity::critical);
    EXPECT_EQ(found[1].subject, "fact:task.other_variables");
    EXPECT_EQ(found[1].severity, Severity::warning);
}

TEST(DiffTask, short_lists_name_another_version_and_where_they_end) {
    auto other = production();
    other.facts["image.packages"].second = "3 packages, cccccccc";
    other.facts["image.packages.list.0"].second = "~0curl~0000;";
    other.facts.erase("image.packages.list.1");
    const auto found = compare(SavedTask(), other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].candidate, HasSubstr("with curl (another version)"));
    other.facts["image.packages.list.0"].second = "curl 7.88;…";
    const auto behind = compare(SavedTask(), other);
    ASSERT_THAT(behind, SizeIs(1));
    EXPECT_THAT(behind[0].candidate, HasSubstr(", differs behind curl, where the list ends"));
}

TEST(DiffTask, a_check_that_only_the_candidate_fails_is_critical) {
    auto other = production();
    other.checks = R"({"name":"memory","ok":false,"cause":"task.oom_killed","detail":"2 processes"})";
    const auto found = compare(SavedTask(), other);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].cause, "task.oom_killed");
    EXPECT_EQ(found[0].category, Category::exhaustion);
    EXPECT_EQ(found[0].candidate, "2 processes");
    EXPECT_EQ(found[0].severity, Severity::critical);
    auto both = SavedTask();
    both.checks = other.checks;
    EXPECT_THAT(compare(both, other), IsEmpty());
    const auto mended = compare(both, production());
    ASSERT_THAT(mended, SizeIs(1));
    EXPECT_EQ(mended[0].severity, Severity::warning);
}

TEST(DiffTask, memory_near_its_limit_and_a_late_warm_up_are_told) {
    auto other = production();
    other.gauges = R"("task.memory":{"value":480,"limit":512},"task.warmup":{"value":110,"limit":120})";
    auto before = SavedTask();
    before.gauges += R"(,"task.warmup":{"value":40,"limit":120})";
    const auto found = compare(before, other);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].category, Category::exhaustion);
    EXPECT_EQ(found[1].subject, "warmup");
    EXPECT_EQ(found[1].category, Category::health);
}

TEST(DiffTask, a_look_that_was_cut_short_is_one_warning) {
    auto cut = production();
    cut.facts = {{"task.look", {"informational", "not over in time"}}, {"hostname", {"informational", "x"}}};
    const auto check = [](const char* result) {
        return fmt::format(R"({{"name":"memory",{}}},{{"name":"image",{}}})", result, result);
    };
    auto whole = SavedTask();
    whole.checks = check(R"("ok":true)");
    for (const bool candidate : {true, false}) {
        const auto found = candidate ? compare(whole, cut) : compare(cut, whole);
        ASSERT_THAT(found, SizeIs(1));
        EXPECT_EQ(found[0].severity, Severity::warning);
        EXPECT_EQ(found[0].subject, "fact:task.look");
        EXPECT_EQ(found[0].reason,
                  fmt::format("the task's evidence is incomplete in {}: its facts were not compared",
                              candidate ? "b.json" : "a.json"));
    }
    // Checks that both made count all the same; others prove nothing.
    cut.checks = R"({"name":"memory","ok":true})";
    whole.checks = check(R"("ok":false,"cause":"task.oom_killed","detail":"2 processes")");
    const auto found = compare(cut, whole);
    ASSERT_THAT(found, SizeIs(2));
    EXPECT_EQ(found[0].cause, "task.oom_killed");
}

TEST(DiffTask, a_file_of_an_older_agent_says_nothing_of_it) {
    const std::string old = R"({"agent":{"version":"0"},"task":{"hostname":"x"},"outcomes":[]})";
    const auto first = read_check(old, "a");
    const auto second = read_check(production().json(), "b");
    ASSERT_TRUE(first.has_value() && second.has_value());
    EXPECT_THAT(compare_checks(*first, *second), IsEmpty());
}

}  // namespace
}  // namespace plumb::ctl
