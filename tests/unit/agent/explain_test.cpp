#include "agent/explain.hpp"

#include "model/cause.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Terminal kPlain{false, 80};

TEST(Explain, a_code_is_explained_with_meaning_reason_and_action) {
    const auto page = explain("tcp.refused", kPlain).value();
    EXPECT_THAT(page, StartsWith("tcp.refused  (layer connect, category drift)\n"));
    EXPECT_THAT(page, HasSubstr("\n  meaning "));
    EXPECT_THAT(page, HasSubstr("\n  reason "));
    EXPECT_THAT(page, HasSubstr("\n  next "));
}

TEST(Explain, what_a_driver_printed_finds_the_cause_in_any_case) {
    EXPECT_THAT(explain("28P01", kPlain).value(), HasSubstr("postgres.auth_failed"));
    EXPECT_THAT(explain("28p01", kPlain).value(), HasSubstr("postgres.auth_failed"));
    EXPECT_THAT(explain("ECONNREFUSED", kPlain).value(), HasSubstr("tcp.refused"));
}

TEST(Explain, every_cause_has_a_page_and_stands_in_the_list) {
    const auto list = list_causes(kPlain);
    for (const auto& info : all_causes()) {
        EXPECT_TRUE(explain(info.code, kPlain).has_value()) << info.code;
        EXPECT_THAT(list, HasSubstr(std::string(info.code)));
    }
}

TEST(Explain, an_unknown_word_names_the_nearest) {
    EXPECT_EQ(explain("tcp.timout", kPlain).error().message,
              "'tcp.timout' is no cause; did you mean 'tcp.timeout'? `plumb-agent explain` lists them all");
    EXPECT_EQ(explain("redis://:hunter2@cache", kPlain).error().message,
              "'redis://***' is no cause; `plumb-agent explain` lists them all");
    EXPECT_EQ(explain("zzzzzzzzzzzzzzzzzzzz", kPlain).error().message,
              "'zzzzzzzzzzzzzzzzzzzz' is no cause; `plumb-agent explain` lists them all");
}

}  // namespace
}  // namespace plumb::agent
