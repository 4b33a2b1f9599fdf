#include "probes/http/rate_limit.hpp"

#include <gtest/gtest.h>

namespace plumb::http {
namespace {

Outcome limits(std::map<std::string, std::string, std::less<>> fields) {
    Head head;
    head.fields = std::move(fields);
    Outcome outcome;
    describe_limits(head, outcome);
    return outcome;
}

void expect_quota(const Outcome& outcome, double used, double limit) {
    const Gauge* gauge = outcome.find_gauge("http.rate_limit");
    ASSERT_NE(gauge, nullptr);
    EXPECT_EQ(gauge->value, used);
    EXPECT_EQ(gauge->limit, limit);
    EXPECT_TRUE(gauge->refuses_at_limit);
}

TEST(HttpRateLimit, every_spelling_gives_used_of_limit) {
    expect_quota(limits({{"ratelimit-limit", "100"}, {"ratelimit-remaining", "7"}}), 93, 100);
    expect_quota(limits({{"ratelimit-limit", "100, 100;w=60"}, {"ratelimit-remaining", "7"}}), 93, 100);
    expect_quota(limits({{"x-ratelimit-limit", "5000"}, {"x-ratelimit-remaining", "4999"}}), 1, 5000);
    expect_quota(limits({{"x-rate-limit-limit", "15"}, {"x-rate-limit-remaining", "0"}}), 15, 15);
    expect_quota(limits({{"ratelimit", "limit=100, remaining=50, reset=5"}}), 50, 100);
    expect_quota(
        limits({{"ratelimit", "\"default\";r=50;t=30"}, {"ratelimit-policy", "\"default\";q=80;w=10"}}), 30,
        80);
}

TEST(HttpRateLimit, of_several_quotas_the_one_nearest_to_its_end_counts) {
    expect_quota(limits({{"ratelimit", "\"burst\";r=5;t=1, \"day\";r=10;t=3600"},
                         {"ratelimit-policy", "\"day\";q=1000;w=86400, \"burst\";q=10;w=1"}}),
                 990, 1000);
    expect_quota(limits({{"x-ratelimit-limit-minute", "60"},
                         {"x-ratelimit-remaining-minute", "50"},
                         {"x-ratelimit-limit-hour", "100"},
                         {"x-ratelimit-remaining-hour", "1"}}),
                 99, 100);
}

TEST(HttpRateLimit, the_time_to_its_end_is_a_gauge_of_its_own) {
    const auto reset = [](const Outcome& outcome) {
        const Gauge* gauge = outcome.find_gauge("http.rate_limit_reset");
        return gauge == nullptr ? -1 : gauge->value;
    };
    EXPECT_EQ(reset(limits({{"ratelimit", "\"a\";r=5;t=30"}, {"ratelimit-policy", "\"a\";q=9"}})), 30);
    EXPECT_EQ(reset(limits({{"ratelimit", "limit=10, remaining=3, reset=5"}})), 5);
    EXPECT_EQ(reset(limits({{"x-ratelimit-limit", "9"},
                            {"x-ratelimit-remaining", "1"},
                            {"x-ratelimit-reset", "1700000060"},
                            {"date", "Tue, 14 Nov 2023 22:13:20 GMT"}})),
              60);
    EXPECT_EQ(
        reset(limits(
            {{"ratelimit-limit", "9"}, {"ratelimit-remaining", "1"}, {"ratelimit-reset", "1700000060"}})),
        -1);
}

TEST(HttpRateLimit, half_a_statement_or_nonsense_gives_nothing) {
    EXPECT_EQ(limits({{"ratelimit-limit", "100"}}).find_gauge("http.rate_limit"), nullptr);
    EXPECT_EQ(limits({{"ratelimit-limit", "0"}, {"ratelimit-remaining", "0"}}).find_gauge("http.rate_limit"),
              nullptr);
    EXPECT_EQ(limits({{"ratelimit", "limit=, remaining=x"}}).find_gauge("http.rate_limit"), nullptr);
    EXPECT_EQ(limits({{"ratelimit-limit", "-5"}, {"ratelimit-remaining", "1"}}).find_gauge("http.rate_limit"),
              nullptr);
}

TEST(HttpRateLimit, more_remaining_than_the_limit_is_clamped) {
    expect_quota(limits({{"ratelimit-limit", "10"}, {"ratelimit-remaining", "12"}}), 0, 10);
}

TEST(HttpRetryAfter, seconds_and_dates_are_understood) {
    EXPECT_EQ(limits({{"retry-after", "120"}}).find_gauge("http.retry_after")->value, 120);
    const Outcome dated =
        limits({{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}});
    ASSERT_NE(dated.find_gauge("http.retry_after"), nullptr);
    EXPECT_EQ(dated.find_gauge("http.retry_after")->value, 60);
    EXPECT_EQ(limits({{"retry-after", "soon"}}).find_gauge("http.retry_after"), nullptr);
}

}  // namespace
}  // namespace plumb::http
