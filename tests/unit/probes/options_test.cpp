#include "probes/options.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array<Option, 2> kKnown{{{"insecure", ""}, {"status", ""}}};

Url url(const std::string& query) {
    return parse_url("tcp://host:1?" + query).value();
}

TEST(Options, unknown_one_is_refused_with_the_nearest_and_all_known) {
    const auto result = check_options(url("insecur=1"), kKnown);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("'insecur'"));
    EXPECT_THAT(result.error().message, HasSubstr("did you mean 'insecure'"));
    EXPECT_THAT(result.error().message, HasSubstr("known: insecure, status"));
}

TEST(Options, one_given_twice_is_refused) {
    EXPECT_FALSE(check_options(url("status=1&status=2"), kKnown));
    EXPECT_TRUE(check_options(url("status=1&insecure=2"), kKnown));
}

TEST(Options, a_piece_of_a_password_is_not_repeated) {
    const auto result = check_options(url("hunter2!x=1"), kKnown);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, Not(HasSubstr("hunter2")));
}

TEST(Options, truth_is_read_in_its_usual_spellings) {
    for (const char* yes : {"1", "true", "YES", "on"}) {
        EXPECT_EQ(bool_option(url(std::string("insecure=") + yes), "insecure").value(), true) << yes;
    }
    for (const char* no : {"0", "false", "no", "OFF"}) {
        EXPECT_EQ(bool_option(url(std::string("insecure=") + no), "insecure").value(), false) << no;
    }
    EXPECT_EQ(bool_option(url("status=1"), "insecure").value(), std::nullopt);
    EXPECT_FALSE(bool_option(url("insecure=maybe"), "insecure"));
}

TEST(Options, numbers_are_whole_and_within_bounds) {
    EXPECT_EQ(integer_option(url("status=200"), "status", 100, 599).value(), 200);
    for (const char* wrong : {"99", "600", "2x", "", "1e2", "99999999999999999999"}) {
        EXPECT_FALSE(integer_option(url(std::string("status=") + wrong), "status", 100, 599)) << wrong;
    }
}

}  // namespace
}  // namespace plumb
