// Lists of a task that do not fit: variables beyond those told one by one, packages in their short form.
#include "controller/judge/facts/other_variables.hpp"
#include "tests/unit/judge/task_looks.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

void sort_by_name(std::vector<WindowFact>& facts) {
    std::sort(facts.begin(), facts.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

// `told` one by one, and the names of `others` on a page, which may be cut.
Fleet::Change variables(std::vector<std::string> told, std::vector<std::string> others, bool cut = false) {
    return [=](Window& window, int, int) {
        auto& facts = dependency(window, "task").facts;
        for (const auto& name : told)
            facts.push_back({"env." + name, FactClass::must_match, "text"});
        if (others.empty()) return;
        std::string page;
        for (const auto& name : others)
            page += name + ";";
        const auto digest = std::to_string(std::hash<std::string>()(page));
        facts.push_back({std::string(kOtherVariables), FactClass::must_match,
                         fmt::format("{} more, {}", others.size(), digest)});
        if (cut) page += "…";
        facts.push_back({"task.other_variables.list.0", FactClass::informational, page});
        sort_by_name(facts);
    };
}

Report of_variables(const Fleet::Change& baseline, const Fleet::Change& candidate) {
    Fleet before = tasks("staging");
    before.change(baseline);
    Fleet after = tasks("production");
    after.change(candidate);
    return compare(before, after);
}

TEST(TaskLists, one_more_variable_is_told_alone_whatever_it_pushes_out) {
    const auto report = of_variables(variables({"VAR_1", "VAR_2"}, {"VAR_3"}),
                                     variables({"NEW", "VAR_1"}, {"VAR_2", "VAR_3"}));
    EXPECT_EQ(told(report), "task task fact.missing fact:env.NEW warning\n");
    const auto all_told =
        of_variables(variables({"VAR_1", "VAR_2"}, {}), variables({"NEW", "VAR_1"}, {"VAR_2"}));
    EXPECT_EQ(told(all_told), "task task fact.missing fact:env.NEW warning\n");
    const auto gone = of_variables(variables({"NEW", "VAR_1"}, {"VAR_2"}), variables({"VAR_1", "VAR_2"}, {}));
    EXPECT_EQ(told(gone), "task task fact.missing fact:env.NEW critical\n");
}

TEST(TaskLists, a_variable_that_only_a_page_names_is_named_when_it_is_missing) {
    const auto report = of_variables(variables({"A"}, {"B", "LOST"}), variables({"A"}, {"B", "EXTRA"}));
    EXPECT_EQ(told(report), "task task fact.differs fact:task.other_variables critical\n");
    EXPECT_THAT(report.findings[0].baseline, HasSubstr("with LOST"));
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("with EXTRA"));
    const auto more = of_variables(variables({"A"}, {"B"}), variables({"A"}, {"B", "EXTRA"}));
    EXPECT_EQ(told(more), "task task fact.differs fact:task.other_variables warning\n");
}

TEST(TaskLists, where_names_have_no_room_a_variable_is_not_called_missing) {
    const auto report = of_variables(variables({"A", "X"}, {}), variables({"A", "B"}, {"C"}, true));
    EXPECT_THAT(told(report), Not(HasSubstr("env.X")));
    EXPECT_THAT(told(report), HasSubstr("fact:env.B warning"));
}

TEST(TaskLists, a_required_variable_is_missing_also_where_names_have_no_room) {
    const auto required = [](Window& window, int, int) {
        dependency(window, "task").facts.push_back({"env.Z_REQUIRED", FactClass::required, "text"});
    };
    Fleet before = tasks("staging");
    before.change(required);
    Fleet after = tasks("production");
    after.change(variables({"A"}, {"C"}, true));
    EXPECT_THAT(told(compare(before, after)), HasSubstr("fact.missing fact:env.Z_REQUIRED critical"));
}

TEST(TaskLists, places_and_fingerprints_without_room_are_not_called_missing) {
    const auto placed = [](bool told, const char* digest) {
        return [=](Window& window, int, int) {
            auto& facts = dependency(window, "task").facts;
            facts.push_back({"env.A", FactClass::must_match, "ARN of sns"});
            if (told) facts.push_back({"env.A.place", FactClass::must_match, "its own region"});
            if (!told) facts.push_back({"task.other_values", FactClass::must_match, digest});
            sort_by_name(facts);
        };
    };
    EXPECT_EQ(told(of_variables(placed(true, ""), placed(false, "1 more, aa"))), "");
    EXPECT_EQ(told(of_variables(placed(false, "1 more, aa"), placed(true, ""))), "");
    EXPECT_EQ(told(of_variables(placed(false, "1 more, aa"), placed(false, "1 more, bb"))),
              "task task fact.differs fact:task.other_values critical\n");
}

TEST(TaskLists, a_value_that_must_match_is_named_by_its_variable) {
    const auto value = [](const char* fingerprint) {
        return [=](Window& window, int, int) {
            auto& facts = dependency(window, "task").facts;
            facts.push_back({"env.LOG_LEVEL", FactClass::must_match, "text"});
            facts.push_back({"env.LOG_LEVEL.value", FactClass::must_match, fingerprint});
            sort_by_name(facts);
        };
    };
    EXPECT_EQ(told(of_variables(value("aaaaaaaa"), value("aaaaaaaa"))), "");
    EXPECT_EQ(told(of_variables(value("aaaaaaaa"), value("bbbbbbbb"))),
              "task task fact.differs fact:env.LOG_LEVEL.value critical\n");
}

TEST(TaskLists, lists_that_end_before_the_difference_say_so) {
    const auto report = against(facts({{"image.packages", "3 packages, cccccccc"},
                                       {"image.packages.list.0", "curl 7.88;openssl 3.0.11;…"},
                                       {"image.packages.list.1", ""}}));
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_THAT(report.findings[0].candidate, HasSubstr(", differs behind openssl, where the list ends"));
}

TEST(TaskLists, short_lists_name_another_version) {
    const auto report = against(facts({{"image.packages", "3 packages, cccccccc"},
                                       {"image.packages.list.0", "~0curl~0000;0openssl~0000;0zlib~0000;"},
                                       {"image.packages.list.1", ""}}));
    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_THAT(report.findings[0].baseline, HasSubstr("with curl 7.88, openssl 3.0.11, zlib 1.2"));
    EXPECT_THAT(report.findings[0].candidate, HasSubstr("with curl (another version), openssl (another"));
}

}  // namespace
}  // namespace plumb::judge::test
