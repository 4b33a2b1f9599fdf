#include "probes/rates.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;

const Clock::time_point kStart{1000s};

TEST(Rates, the_first_look_has_nothing_to_compare_with) {
    Rates rates;
    EXPECT_FALSE(rates.look("a", "evicted", 500, kStart));
    EXPECT_EQ(rates.look("a", "evicted", 800, kStart + 30s), 10);
    EXPECT_EQ(rates.look("a", "evicted", 800, kStart + 60s), 0);
}

TEST(Rates, each_counter_of_each_server_is_its_own) {
    Rates rates;
    rates.look("a", "evicted", 0, kStart);
    EXPECT_FALSE(rates.look("b", "evicted", 1000, kStart + 10s));
    EXPECT_FALSE(rates.look("a", "rejected", 1000, kStart + 10s));
    EXPECT_EQ(rates.look("a", "evicted", 50, kStart + 10s), 5);
    EXPECT_EQ(rates.look("b", "evicted", 1010, kStart + 20s), 1);
}

TEST(Rates, a_counter_that_went_back_begins_anew) {
    Rates rates;
    rates.look("a", "evicted", 500, kStart);
    EXPECT_FALSE(rates.look("a", "evicted", 3, kStart + 10s));
    EXPECT_EQ(rates.look("a", "evicted", 13, kStart + 20s), 1);
}

TEST(Rates, looks_too_near_together_compare_with_the_earlier_one) {
    Rates rates;
    rates.look("a", "evicted", 0, kStart);
    EXPECT_FALSE(rates.look("a", "evicted", 1, kStart + 1ms));
    EXPECT_EQ(rates.look("a", "evicted", 2, kStart + 200ms), 10);
}

TEST(Rates, the_longest_unseen_is_forgotten) {
    Rates rates;
    for (std::size_t i = 0; i <= Rates::kMaxCounters; ++i)
        rates.look(std::to_string(i), "evicted", 0, kStart + std::chrono::seconds(i));
    const auto later = kStart + 10'000s;
    EXPECT_FALSE(rates.look("0", "evicted", 1, later));
    EXPECT_TRUE(rates.look("256", "evicted", 1, later));
}

}  // namespace
}  // namespace plumb
