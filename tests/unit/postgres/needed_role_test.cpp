#include "probes/postgres/needed_role.hpp"

#include "tests/unit/postgres/tables.hpp"

#include <gtest/gtest.h>

namespace plumb::postgres {
namespace {

std::string verdict(NeededRole needed, const char* in_recovery, const char* read_only) {
    const auto failed = other_than(needed, table({{"in_recovery", in_recovery}, {"read_only", read_only}}));
    return failed ? std::string(to_string(failed->cause)) : "fits";
}

TEST(PostgresNeededRole, a_primary_may_be_read_only_and_a_session_that_writes_may_not) {
    EXPECT_EQ(verdict(NeededRole::read_write, "f", "off"), "fits");
    EXPECT_EQ(verdict(NeededRole::read_write, "f", "on"), "postgres.read_only");
    EXPECT_EQ(verdict(NeededRole::read_write, "t", "on"), "postgres.read_only");
    EXPECT_EQ(verdict(NeededRole::primary, "f", "on"), "fits");
    EXPECT_EQ(verdict(NeededRole::primary, "t", "on"), "postgres.read_only");
}

TEST(PostgresNeededRole, a_standby_is_a_replica_and_a_read_only_session_may_be_either) {
    EXPECT_EQ(verdict(NeededRole::standby, "t", "on"), "fits");
    EXPECT_EQ(verdict(NeededRole::standby, "f", "on"), "peer.unexpected");
    EXPECT_EQ(verdict(NeededRole::read_only, "f", "on"), "fits");
    EXPECT_EQ(verdict(NeededRole::read_only, "f", "off"), "peer.unexpected");
}

TEST(PostgresNeededRole, nothing_is_demanded_of_any_or_of_a_server_that_does_not_say) {
    EXPECT_EQ(verdict(NeededRole::any, "t", "on"), "fits");
    EXPECT_FALSE(other_than(NeededRole::primary, Table{}));
}

}  // namespace
}  // namespace plumb::postgres
