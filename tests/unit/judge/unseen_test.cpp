// Agents in containers of their own: what they cannot see of the app is not missing in it.
#include "model/sources.hpp"
#include "tests/unit/judge/task_looks.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

Spec telling(std::vector<Fact> facts) {
    Spec spec = looks();
    spec.facts = std::move(facts);
    spec.gauges.clear();
    return spec;
}

Spec seeing() {
    return telling({{"env.DATABASE_URL", FactClass::required, "postgres URL"},
                    {"env.LOG_LEVEL", FactClass::must_match, "text"},
                    {"image.os", FactClass::must_match, "debian 12"},
                    {"kernel.somaxconn", FactClass::must_match, "4096"},
                    {std::string(kImageSource), FactClass::informational, "container checkout"},
                    {std::string(kVariablesSource), FactClass::informational, "container checkout"},
                    {"task.user", FactClass::must_match, "uid 0 gid 0"}});
}

Spec blind(const std::string& somaxconn = "4096") {
    const auto why = std::string(kUnseen) + "container checkout is not to be seen";
    return telling({{"kernel.somaxconn", FactClass::must_match, somaxconn},
                    {std::string(kImageSource), FactClass::informational, why},
                    {std::string(kVariablesSource), FactClass::informational, why}});
}

Report between(Spec before, Spec after) {
    return compare(Fleet("staging").with(Spec()).with(std::move(before)),
                   Fleet("production").with(Spec()).with(std::move(after)));
}

std::string not_judged(const Report& report) {
    return boost::json::serialize(report.coverage.at("not_judged"));
}

TEST(Unseen, what_one_side_cannot_see_is_not_missing_there_and_is_said_to_be_not_judged) {
    for (const bool in_production : {false, true}) {
        const auto report = in_production ? between(seeing(), blind()) : between(blind(), seeing());
        EXPECT_EQ(told(report), "") << in_production;
        EXPECT_EQ(report.verdict, Verdict::promote);
        EXPECT_THAT(not_judged(report), HasSubstr("the app's variables cannot be seen"));
        EXPECT_THAT(not_judged(report), HasSubstr("the app's image cannot be seen"));
    }
}

TEST(Unseen, where_both_see_everything_is_judged) {
    EXPECT_THAT(not_judged(between(seeing(), seeing())), ::testing::Not(HasSubstr("cannot be seen")));
}

TEST(Unseen, what_the_containers_share_is_compared_all_the_same) {
    EXPECT_THAT(told(between(seeing(), blind("128"))), HasSubstr("fact:kernel.somaxconn"));
}

}  // namespace
}  // namespace plumb::judge::test
