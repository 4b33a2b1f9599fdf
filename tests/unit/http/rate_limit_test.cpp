#include "probes/http/rate_limit.hpp"

#include <gtest/gtest.h>

namespace plumb::http {
namespace {

constexpr std::time_t kNow = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT

Outcome limits(std::map<std::string, std::string, std::less<>> fields) {
    Head head;
    head.fields = std::move(fields);
    Outcome outcome;
    describe_limits(head, kNow, outcome);
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
    expect_quota(limits({{"x-ratelimit-used", "30"}, {"x-ratelimit-remaining", "70.0"}}), 30, 100);
    expect_quota(limits({{"ratelimit", "a;r=5"}, {"ratelimit-policy", "\"a\";q=9"}}), 4, 9);
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

TEST(HttpRateLimit, what_is_left_shows_also_without_a_limit) {
    const Outcome bare = limits({{"ratelimit", "\"default\";r=50;t=30"}});
    EXPECT_EQ(bare.find_gauge("http.rate_limit"), nullptr);
    ASSERT_NE(bare.find_gauge("http.rate_limit_remaining"), nullptr);
    EXPECT_EQ(bare.find_gauge("http.rate_limit_remaining")->value, 50);
    EXPECT_EQ(bare.find_gauge("http.rate_limit_reset")->value, 30);
    const Outcome overdrawn = limits({{"x-ratelimit-remaining", "-5"}});
    EXPECT_EQ(overdrawn.find_gauge("http.rate_limit_remaining")->value, 0);
    const Outcome spent = limits({{"x-ratelimit-remaining", "0"}, {"ratelimit", "limit=10, remaining=5"}});
    EXPECT_EQ(spent.find_gauge("http.rate_limit_remaining")->value, 0);
    const Outcome whole = limits({{"x-ratelimit-remaining", "9"}, {"ratelimit", "limit=9, remaining=9"}});
    EXPECT_EQ(whole.find_gauge("http.rate_limit")->limit, 9);
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
    const auto of_reset = [&](const char* text) {
        return reset(limits({{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset", text}}));
    };
    EXPECT_EQ(of_reset("1700000060"), 60);  // by our own clock, where the server tells none
    EXPECT_EQ(of_reset("1700000060.5"), 60.5);
    EXPECT_EQ(of_reset("1700000060500"), 60.5);
    EXPECT_EQ(of_reset("1699999990"), 0);
    EXPECT_EQ(of_reset("6m0s"), 360);
    EXPECT_EQ(of_reset("1h2m3s"), 3723);
    EXPECT_EQ(of_reset("20ms"), 0.02);
    EXPECT_EQ(of_reset("12.5"), 12.5);
    EXPECT_EQ(of_reset("2023-11-14T22:14:20Z"), 60);
    EXPECT_EQ(of_reset("Tue, 14 Nov 2023 22:14:20 GMT"), 60);
    EXPECT_EQ(of_reset("soon"), -1);
    EXPECT_EQ(of_reset("5 parsecs"), 5);
    EXPECT_EQ(of_reset("5x"), -1);
    EXPECT_EQ(of_reset("-5"), 0);
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
    for (const char* form :
         {"Tue, 14 Nov 2023 22:14:20 GMT", "Tuesday, 14-Nov-23 22:14:20 GMT", "Tue Nov 14 22:14:20 2023"})
        EXPECT_EQ(limits({{"retry-after", form}}).find_gauge("http.retry_after")->value, 60) << form;
    const Outcome past = limits({{"retry-after", "Tue, 14 Nov 2023 22:00:00 GMT"}});
    EXPECT_EQ(past.find_gauge("http.retry_after")->value, 0);
    EXPECT_EQ(limits({{"retry-after", "99999999999999999999"}}).find_gauge("http.retry_after"), nullptr);
    EXPECT_EQ(limits({{"retry-after", "soon"}}).find_gauge("http.retry_after"), nullptr);
}

}  // namespace
}  // namespace plumb::http
