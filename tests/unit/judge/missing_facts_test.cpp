// Facts that a task does not show: whether it lacks them, or never looked.
#include "tests/unit/judge/fleet.hpp"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

// A kind that logs in and inspects in some of its runs.
Fleet inspected(const std::string& environment) {
    Spec spec;
    spec.facts = {{"postgres.timezone", FactClass::must_match, "UTC"}};
    spec.phases = {
        {"resolve", 1.0}, {"connect", 2.0}, {"authenticate", 3.0}, {"query", 1.0}, {"inspect", 1.0}};
    return Fleet(environment).with(spec);
}

// As where the controller asks for rarer log-ins.
void only_connects(Window& window) {
    auto& seen = dependency(window, "database");
    std::erase_if(seen.phases, [](const WindowPhase& each) { return each.layer > Layer::connect; });
    seen.facts.clear();
}

TEST(MissingFacts, a_task_that_only_connected_in_the_range_does_not_lack_what_a_log_in_shows) {
    const auto after = [](int shallow) {
        Fleet fleet = inspected("production").tasks(4);
        fleet.change([=](Window& window, int task, int) {
            if (task < shallow) only_connects(window);
        });
        return compare(inspected("staging"), fleet);
    };
    EXPECT_EQ(told(after(3)), "");
    EXPECT_EQ(after(3).verdict, Verdict::promote);
    // Nobody looked: no difference, and no ground for a promote.
    EXPECT_EQ(told(after(4)), "");
    EXPECT_EQ(after(4).verdict, Verdict::insufficient);
    EXPECT_THAT(gaps(after(4), true),
                HasSubstr("no run of the candidate went as deep as those of the baseline"));
}

TEST(MissingFacts, one_that_nobody_could_see_can_be_ignored_by_its_name) {
    Fleet after = inspected("production");
    after.change([](Window& window, int, int) { only_connects(window); });
    EXPECT_THAT(gaps(compare(inspected("staging"), after), true),
                HasSubstr("database fact:postgres.timezone: "));
    Policy policy;
    const Ignore shallow{"database", "failures"};
    policy.ignore = {{"database", "fact:postgres.timezone"}, shallow};
    EXPECT_EQ(compare(inspected("staging"), after, policy).verdict, Verdict::promote);
    policy.ignore = {{"database", "fact:postgres.version"}, shallow};
    EXPECT_EQ(compare(inspected("staging"), after, policy).verdict, Verdict::insufficient);
}

TEST(MissingFacts, a_log_in_in_one_window_of_many_is_enough) {
    Fleet after = inspected("production").windows(20);
    after.change([](Window& window, int, int number) {
        if (number != 3) only_connects(window);
    });
    const Report report = compare(inspected("staging"), after);
    EXPECT_EQ(told(report), "");
    EXPECT_EQ(report.verdict, Verdict::promote) << gaps(report);
}

TEST(MissingFacts, a_task_that_went_as_deep_and_does_not_show_it_lacks_it) {
    Fleet after = inspected("production");
    after.change([](Window& window, int, int) { dependency(window, "database").facts.clear(); });
    EXPECT_EQ(told(compare(inspected("staging"), after)),
              "database server fact.missing fact:postgres.timezone critical\n");
    // Not inspected, yet a fact that the others see on the way.
    Fleet before = inspected("staging");
    before.change([](Window& window, int task, int) {
        if (task == 0)
            std::erase_if(dependency(window, "database").phases,
                          [](const WindowPhase& each) { return each.layer > Layer::connect; });
    });
    Fleet shallow = inspected("production");
    shallow.change([](Window& window, int, int) { only_connects(window); });
    EXPECT_EQ(told(compare(before, shallow)),
              "database server fact.missing fact:postgres.timezone critical\n");
}

Fleet of_agents(Fleet fleet, const std::string& version, bool lacking) {
    fleet.change([=](Window& window, int, int) {
        window.labels["agent_version"] = version;
        if (lacking) dependency(window, "database").facts.clear();
    });
    return fleet;
}

TEST(MissingFacts, one_that_only_older_agents_lack_warns_and_says_so) {
    const auto before = [](const std::string& version) {
        return of_agents(inspected("staging"), version, false);
    };
    const auto after = [](const std::string& version) {
        return of_agents(inspected("production"), version, true);
    };
    const Report report = compare(before("0.10.0"), after("0.9.1"));
    EXPECT_EQ(report.verdict, Verdict::promote);
    ASSERT_EQ(told(report), "database server fact.missing fact:postgres.timezone warning\n");
    EXPECT_THAT(report.findings[0].reason, HasSubstr("0.9.1 lacks what 0.10.0 shows"));
    for (const auto& [older, newer] :
         {std::pair("0.10.0", "0.10.0"), {"0.11.0", "0.10.0"}, {"", "0.10.0"}, {"0.9.1", ""}})
        EXPECT_EQ(compare(before(newer), after(older)).verdict, Verdict::hold) << older << " " << newer;
}

TEST(MissingFacts, a_value_that_differs_is_a_difference_whatever_the_agents) {
    Fleet after = of_agents(inspected("production"), "0.9.1", false);
    after.change([](Window& window, int, int) { set_fact(window, "database", "postgres.timezone", "CET"); });
    EXPECT_EQ(compare(of_agents(inspected("staging"), "0.10.0", false), after).verdict, Verdict::hold);
}

}  // namespace
}  // namespace plumb::judge::test
