#include "probes/postgres/login_guard.hpp"

#include <string>

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using namespace std::chrono_literals;

bool refuses(std::initializer_list<std::string_view> pieces, std::chrono::nanoseconds left = 2s) {
    LoginGuard guard;
    bool refused = false;
    for (const auto piece : pieces)
        refused = guard.see(piece, left).has_value() || refused;
    return refused;
}

TEST(PostgresLoginGuard, ordinary_counts_pass) {
    EXPECT_FALSE(refuses({"R....r=abc,s=c2FsdA==,i=4096"}));
    EXPECT_FALSE(refuses({"R....r=abc,s=c2FsdA==,i=1000000"}));
}

TEST(PostgresLoginGuard, counts_that_would_block_are_refused) {
    EXPECT_TRUE(refuses({"R....r=abc,s=c2FsdA==,i=1000001"}));
    EXPECT_TRUE(refuses({"R....r=abc,s=c2FsdA==,i=99999999999999999999999999"}));
}

TEST(PostgresLoginGuard, a_count_must_fit_into_what_is_left_of_the_run) {
    const auto asks = "R....r=abc,s=c2FsdA==,i=600000";
    EXPECT_FALSE(refuses({asks}, 700ms));
    EXPECT_TRUE(refuses({asks}, 500ms));
    EXPECT_TRUE(refuses({asks}, -1ms));
}

TEST(PostgresLoginGuard, a_count_at_the_front_of_a_long_piece_is_seen) {
    const auto piece = "R....r=abc,s=c2FsdA==,i=2000000000" + std::string(20000, 'R');
    EXPECT_TRUE(refuses({piece}));
}

TEST(PostgresLoginGuard, a_count_that_drips_in_is_seen_whole) {
    EXPECT_TRUE(refuses({"R....r=abc,s=c2FsdA==,", "i", "=", "2", "0000", "000", "0"}));
    EXPECT_FALSE(refuses({"R....r=abc,s=c2FsdA==,", "i", "=", "40", "96"}));
}

TEST(PostgresLoginGuard, other_text_is_let_through_and_not_kept) {
    LoginGuard guard;
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(guard.see(std::string(4096, 'x') + ",i=99999999999", 2s));
}

}  // namespace
}  // namespace plumb::postgres
