// What a look may spend on facts, and what it tells of them when it is asked to explain.
#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Fleet side(const std::string& environment, FactClass cls, const std::string& value) {
    Spec spec;
    spec.facts = {{"redis.maxmemory_policy", cls, value}};
    return Fleet(environment).with(spec);
}

Fleet odd_tasks(Fleet fleet, int count, const std::string& value) {
    fleet.change([=](Window& window, int task, int) {
        if (task < count) set_fact(window, "database", "redis.maxmemory_policy", value);
    });
    return fleet;
}

TEST(Facts, look_after_look_a_value_must_exceed_chance_by_more) {
    Fleet before = odd_tasks(side("staging", FactClass::must_match, "a").tasks(20), 2, "b");
    Fleet after = odd_tasks(side("production", FactClass::must_match, "a").tasks(20), 14, "b");
    Look look(noon());
    EXPECT_EQ(judge(before.cohort(), after.cohort(), {}, look).verdict, Verdict::hold);
    look.alarm_share = 0.01;
    EXPECT_EQ(judge(before.cohort(), after.cohort(), {}, look).verdict, Verdict::promote);
}

Comparison explained(const Fleet& before, const Fleet& after, const std::string& fact) {
    Look look(noon());
    look.explain = true;
    for (const Comparison& each : judge(before.cohort(), after.cohort(), {}, look).comparisons) {
        if (each.subject == "fact:" + fact) return each;
    }
    ADD_FAILURE() << fact << " was not explained";
    return {};
}

TEST(Facts, explain_tells_of_each_how_far_from_its_margin_it_stands) {
    const std::string name = "redis.maxmemory_policy";
    const Fleet before = side("staging", FactClass::must_match, "a").tasks(20);
    const Comparison alike = explained(before, side("production", FactClass::must_match, "a"), name);
    EXPECT_FALSE(alike.found);
    EXPECT_EQ(alike.evidence, "a against a");
    EXPECT_EQ(alike.margin, "20 points below");
    EXPECT_EQ(alike.why, "All tasks of both sides show the same.");
    const Fleet after = side("production", FactClass::must_match, "a").tasks(20);
    const Comparison few = explained(before, odd_tasks(after, 1, "b"), name);
    EXPECT_FALSE(few.found);
    EXPECT_EQ(few.margin, "15 points below");
    const Comparison many = explained(before, odd_tasks(after, 10, "b"), name);
    EXPECT_TRUE(many.found);
    EXPECT_EQ(many.margin, "30 points above");
    const Comparison chance = explained(odd_tasks(before, 2, "b"), odd_tasks(after, 7, "b"), name);
    EXPECT_FALSE(chance.found);
    EXPECT_THAT(chance.test, HasSubstr("Fisher"));
    EXPECT_THAT(chance.why, HasSubstr("may be chance"));
    const Comparison shown = explained(side("staging", FactClass::informational, "a"),
                                       side("production", FactClass::informational, "b"), name);
    EXPECT_THAT(shown.why, HasSubstr("never judged"));
}

TEST(Facts, nothing_is_explained_unasked) {
    EXPECT_TRUE(
        compare(side("staging", FactClass::must_match, "a"), side("production", FactClass::must_match, "b"))
            .comparisons.empty());
}

}  // namespace
}  // namespace plumb::judge::test
