// The gate's answer against what a scenario expects of it.
#include "tests/lab/net/judge_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Expectation a_hold(const Labels& scope = {}) {
    Expectation expect;
    expect.verdict = "hold";
    expect.finding = ExpectedFinding{{{"dependency", "cache"}, {"cause", "tcp.timeout"}}, scope};
    return expect;
}

Expectation a_promote() {
    Expectation expect;
    expect.verdict = "promote";
    return expect;
}

Expectation an_insufficient() {
    Expectation expect;
    expect.verdict = "insufficient";
    return expect;
}

std::string finding(const std::string& dependency, const std::string& severity,
                    const std::string& scope = "{}") {
    return R"({"dependency":")" + dependency + R"(","severity":")" + severity +
           R"(","cause":"tcp.timeout","scope":)" + scope + "}";
}

std::string answer(const std::string& verdict, const std::string& findings) {
    return R"({"verdict":")" + verdict + R"(","findings":[)" + findings + "]}";
}

TEST(judge_answer, the_expected_answer_has_nothing_wrong) {
    const auto judged = judge_answer(answer("hold", finding("cache", "critical")), a_hold());
    EXPECT_THAT(judged.wrong, IsEmpty());
    EXPECT_EQ(judged.verdict, "hold");
    EXPECT_THAT(judged.first, HasSubstr("cache"));
    EXPECT_THAT(judge_answer(answer("promote", ""), a_promote()).wrong, IsEmpty());
}

TEST(judge_answer, each_difference_is_told) {
    const auto judged =
        judge_answer(answer("promote", finding("database", "critical", R"({"zone":"b"})")), a_hold());
    EXPECT_THAT(judged.wrong,
                ElementsAre("the verdict is promote, not hold", "dependency is database, not cache",
                            R"(scope is {"zone":"b"}, not {})"));
    EXPECT_THAT(judge_answer(answer("hold", ""), a_hold()).wrong, ElementsAre("nothing was found"));
}

TEST(judge_answer, a_scope_is_compared_as_a_whole) {
    const auto text = answer("hold", finding("cache", "critical", R"({"zone":"b"})"));
    EXPECT_THAT(judge_answer(text, a_hold({{"zone", "b"}})).wrong, IsEmpty());
    EXPECT_THAT(judge_answer(text, a_hold({{"zone", "b"}, {"host", "x"}})).wrong, testing::SizeIs(1));
}

TEST(judge_answer, one_root_of_several_is_blamed_on_any_of_them_and_names_them_all) {
    const auto sharing = [](const std::string& blamed, const std::string& all) {
        return answer("hold", R"({"dependency":")" + blamed +
                                  R"(","severity":"critical","scope":{},"evidence":{"dependencies":)" + all +
                                  "}}");
    };
    Expectation expect;
    expect.verdict = "hold";
    expect.finding = ExpectedFinding{{}, Labels{}, {"cache", "search"}};
    EXPECT_THAT(judge_answer(sharing("cache", R"(["search","cache"])"), expect).wrong, IsEmpty());
    EXPECT_THAT(judge_answer(sharing("search", R"(["cache","search"])"), expect).wrong, IsEmpty());
    EXPECT_THAT(
        judge_answer(sharing("orders", R"(["cache","search"])"), expect).wrong,
        ElementsAre("dependency is orders, which shares it with cache, search, not one of cache, search "
                    "together"));
    EXPECT_THAT(judge_answer(sharing("cache", R"(["cache"])"), expect).wrong, testing::SizeIs(1));
    EXPECT_THAT(judge_answer(answer("hold", finding("cache", "critical")), expect).wrong,
                ElementsAre(HasSubstr("shares it with none")));
}

TEST(judge_answer, a_second_critical_finding_must_be_expected) {
    const auto text = answer("hold", finding("cache", "critical") + "," + finding("search", "critical"));
    EXPECT_THAT(judge_answer(text, a_hold()).wrong, ElementsAre(HasSubstr("also found: critical search")));
    auto both = a_hold();
    both.also.push_back({{{"dependency", "search"}}, std::nullopt});
    EXPECT_THAT(judge_answer(text, both).wrong, IsEmpty());
}

TEST(judge_answer, a_warning_bothers_only_where_nothing_is_expected) {
    const auto beside = answer("hold", finding("cache", "critical") + "," + finding("search", "warning"));
    EXPECT_THAT(judge_answer(beside, a_hold()).wrong, IsEmpty());
    const auto alone = answer("promote", finding("search", "warning"));
    EXPECT_THAT(judge_answer(alone, a_promote()).wrong, testing::SizeIs(1));
    auto allowed = a_promote();
    allowed.warnings = true;
    EXPECT_THAT(judge_answer(alone, allowed).wrong, IsEmpty());
}

TEST(judge_answer, what_must_not_hold_may_not_hold_for_a_moment) {
    EXPECT_TRUE(judge_answer(answer("hold", finding("cache", "critical")), a_promote()).hopeless);
    EXPECT_TRUE(judge_answer(answer("hold", finding("cache", "critical")), an_insufficient()).hopeless);
}

TEST(judge_answer, the_first_hold_is_the_one_that_somebody_reads) {
    EXPECT_TRUE(judge_answer(answer("hold", finding("search", "critical")), a_hold()).hopeless);
    EXPECT_TRUE(
        judge_answer(answer("hold", finding("cache", "critical") + "," + finding("search", "critical")),
                     a_hold())
            .hopeless)
        << "somebody would look for two faults";
    EXPECT_FALSE(judge_answer(answer("hold", finding("cache", "critical")), a_hold()).hopeless);
    EXPECT_FALSE(judge_answer(answer("insufficient", ""), a_hold()).hopeless) << "it may come late";
}

TEST(judge_answer, a_promote_where_evidence_lacks_is_not_made_up_for) {
    EXPECT_TRUE(judge_answer(answer("promote", ""), an_insufficient()).hopeless);
    EXPECT_FALSE(judge_answer(answer("insufficient", ""), an_insufficient()).hopeless);
    EXPECT_FALSE(judge_answer(answer("promote", ""), a_hold()).hopeless) << "a hold may be told late";
    EXPECT_FALSE(judge_answer(answer("insufficient", ""), a_promote()).hopeless);
}

TEST(judge_answer, a_decoy_that_is_warned_of_once_was_warned_of) {
    const auto warned = answer("insufficient", finding("search", "warning"));
    EXPECT_TRUE(judge_answer(warned, a_promote()).hopeless);
    auto allowed = a_promote();
    allowed.warnings = true;
    EXPECT_FALSE(judge_answer(warned, allowed).hopeless);
}

TEST(judge_answer, the_exit_code_says_what_the_report_says) {
    EXPECT_TRUE(agrees("promote", 0));
    EXPECT_TRUE(agrees("hold", 1));
    EXPECT_TRUE(agrees("insufficient", 3));
    EXPECT_FALSE(agrees("hold", 0));
    EXPECT_FALSE(agrees("promote", 1));
    EXPECT_FALSE(agrees("insufficient", 1));
    EXPECT_FALSE(agrees("maybe", 0));
}

TEST(judge_answer, no_answer_is_no_verdict) {
    const auto judged = judge_answer("plumbctl: unreachable", a_promote());
    EXPECT_EQ(judged.verdict, "");
    EXPECT_THAT(judged.wrong, testing::SizeIs(1));
}

TEST(judge_answer, where_findings_are_counted_each_is_expected) {
    auto expect = a_hold();
    expect.findings = 2;
    expect.also = {ExpectedFinding{{{"dependency", "search"}, {"cause", "tcp.timeout"}}, {}}};
    const auto cache = finding("cache", "critical");
    const auto search = finding("search", "warning");
    EXPECT_THAT(judge_answer(answer("hold", cache + "," + search), expect).wrong, IsEmpty());
    const auto fewer = judge_answer(answer("hold", cache), expect);
    EXPECT_THAT(fewer.wrong, ElementsAre(HasSubstr("there are 1 findings, not 2: critical cache")));
    EXPECT_TRUE(fewer.hopeless);
    const auto more = answer("hold", cache + "," + search + "," + search);
    EXPECT_THAT(judge_answer(more, expect).wrong, ElementsAre(HasSubstr("there are 3 findings, not 2")));
    const auto other = answer("hold", cache + "," + finding("orders", "warning"));
    EXPECT_THAT(judge_answer(other, expect).wrong, ElementsAre(HasSubstr("also found: warning orders")));
}

}  // namespace
}  // namespace plumb::lab
