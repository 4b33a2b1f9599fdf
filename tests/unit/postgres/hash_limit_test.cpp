#include "probes/postgres/hash_limit.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

// As libpq calls it; the linker leads this call to ours, too.
extern "C" int scram_SaltedPassword(const char* password, const char* salt, int salt_size, int iterations,
                                    std::uint8_t* result, const char** error);

namespace plumb::postgres {
namespace {

using namespace std::chrono_literals;

// "" when it was computed.
std::string objection_to(int iterations) {
    std::array<std::uint8_t, 32> result{};
    const char* error = "";
    const int returned = scram_SaltedPassword("pencil", "salt", 4, iterations, result.data(), &error);
    return returned == 0 ? "" : error;
}

TEST(PostgresHashLimit, ordinary_counts_are_computed) {
    const HashLimit limit(2s);
    EXPECT_EQ(objection_to(1), "");
    EXPECT_EQ(objection_to(4096), "");
}

TEST(PostgresHashLimit, counts_that_would_block_are_refused) {
    const HashLimit limit(20s);
    EXPECT_EQ(objection_to(1'000'001), "the server asks for more than 1000000 SCRAM iterations");
    EXPECT_EQ(objection_to(2'147'483'647), "the server asks for more than 1000000 SCRAM iterations");
    EXPECT_NE(objection_to(-1), "");
}

TEST(PostgresHashLimit, a_count_must_fit_into_what_is_left_of_the_run) {
    {
        const HashLimit limit(5ms);
        EXPECT_EQ(objection_to(5'000), "");
        EXPECT_EQ(objection_to(5'001), "the time limit leaves no time to hash the password 5001 times");
    }
    const HashLimit over(-1ms);
    EXPECT_NE(objection_to(1), "");
}

TEST(PostgresHashLimit, ends_with_the_call_it_was_made_for) {
    { const HashLimit limit(0ms); }
    EXPECT_EQ(objection_to(1), "");
}

}  // namespace
}  // namespace plumb::postgres
