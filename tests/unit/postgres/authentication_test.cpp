#include "probes/postgres/authentication.hpp"

#include <string>

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

using namespace std::string_literals;

std::string_view method(const std::string& bytes, bool binds = false) {
    Authentication authentication;
    authentication.see(bytes, binds);
    return authentication.method();
}

TEST(PostgresAuthentication, each_request_has_its_name) {
    EXPECT_EQ(method("R\0\0\0\x08\0\0\0\0"s), "none");
    EXPECT_EQ(method("R\0\0\0\x08\0\0\0\3"s), "password");
    EXPECT_EQ(method("R\0\0\0\x0c\0\0\0\5salt"s), "md5");
    EXPECT_EQ(method("R\0\0\0\x08\0\0\0\7"s), "gss");
    EXPECT_EQ(method("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"s), "scram-sha-256");
}

TEST(PostgresAuthentication, scram_is_bound_where_both_sides_can) {
    const auto both = "R\0\0\0\x2a\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s;
    EXPECT_EQ(method(both, true), "scram-sha-256-plus");
    EXPECT_EQ(method(both, false), "scram-sha-256");
}

TEST(PostgresAuthentication, the_first_request_counts) {
    Authentication authentication;
    authentication.see("R\0\0\0\x0c\0\0\0\5salt"s, false);
    authentication.see("R\0\0\0\x08\0\0\0\0"s, false);
    EXPECT_EQ(authentication.method(), "md5");
}

TEST(PostgresAuthentication, what_is_no_request_has_none) {
    EXPECT_EQ(method(""), "");
    EXPECT_EQ(method("R\0\0\0"s), "");
    EXPECT_EQ(method("E\0\0\0\x08\0\0\0\0"s), "");
    EXPECT_EQ(method("R\0\0\0\x04\0\0\0\0"s), "");
    EXPECT_EQ(method("R\xff\xff\xff\xff\0\0\0\0"s), "");
    EXPECT_EQ(method("R\0\0\0\x0c\0\0\0\x0b salt"s), "");
}

}  // namespace
}  // namespace plumb::postgres
