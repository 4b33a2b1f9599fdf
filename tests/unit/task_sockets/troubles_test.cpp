#include "probes/task/sockets/troubles.hpp"

#include "tests/unit/task_sockets/censuses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using test::CensusBuilder;
using testing::HasSubstr;

const Groups kGroups(std::vector<SocketTarget>{{"cache", 6379, {"10.0.1.7", "10.0.1.8"}}});
constexpr std::size_t kCache = 0;

class Troubles : public testing::Test {
  protected:
    Trouble look(const CensusBuilder& builder, std::size_t group = kCache) {
        const auto troubles = watch_.look(builder.census, kGroups, now_);
        now_ += std::chrono::seconds(5);
        return troubles.at(group);
    }
    Cause cause(const CensusBuilder& builder, std::size_t group = kCache) {
        return look(builder, group).cause;
    }
    TroubleWatch watch_;
    Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(Troubles, three_that_stay_in_close_wait_for_three_looks_are_a_leak) {
    const auto leak = CensusBuilder().close_wait({5, 3, 9});
    EXPECT_EQ(cause(leak), Cause::unknown);
    EXPECT_EQ(cause(leak), Cause::unknown);
    const auto told = look(leak);
    EXPECT_EQ(told.cause, Cause::task_connection_leak);
    EXPECT_EQ(told.detail,
              "3 connections in CLOSE_WAIT, 3 of them for 3 looks or more, the oldest for 10 s; to "
              "10.0.1.7:6379");
    EXPECT_THAT(look(leak).detail, HasSubstr("the oldest for 10 s;"));  // fifteen, in steps of ten
    now_ += std::chrono::minutes(2);
    EXPECT_THAT(look(leak).detail, HasSubstr("the oldest for 2 min;"));
}

TEST_F(Troubles, the_oldest_names_the_peer) {
    look(CensusBuilder().close_wait({9}, "10.0.1.8"));
    const auto leak = CensusBuilder().close_wait({1, 2, 3}).close_wait({9}, "10.0.1.8");
    look(leak);
    look(leak);
    EXPECT_THAT(look(leak).detail,
                HasSubstr("4 of them for 3 looks or more, the oldest for 10 s; to 10.0.1.8:6379"));
}

TEST_F(Troubles, the_addresses_of_a_dependency_count_together) {
    auto leak = CensusBuilder().close_wait({1, 2}).close_wait({3}, "10.0.1.8");
    look(leak);
    look(leak);
    EXPECT_EQ(cause(leak), Cause::task_connection_leak);
}

TEST_F(Troubles, two_that_a_pool_has_not_noticed_are_none) {
    const auto stale = CensusBuilder().close_wait({1, 2});
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(cause(stale), Cause::unknown);
}

TEST_F(Troubles, ever_others_in_close_wait_are_none) {
    for (std::uint64_t i = 1; i < 100; ++i)
        EXPECT_EQ(cause(CensusBuilder().close_wait({10 * i, 10 * i + 1, 10 * i + 2, 10 * i + 3})),
                  Cause::unknown);
    // Nor those that need two looks to go.
    for (std::uint64_t i = 1000; i < 1100; ++i)
        EXPECT_EQ(cause(CensusBuilder().close_wait({i, i + 1, i + 5000})), Cause::unknown);
}

TEST_F(Troubles, a_pile_that_each_look_finds_higher_is_a_leak) {
    EXPECT_EQ(cause(CensusBuilder().close_wait({1})), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().close_wait({1, 2})), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().close_wait({1, 2, 3})), Cause::task_connection_leak);
}

TEST_F(Troubles, a_leak_that_is_mended_is_over) {
    const auto leak = CensusBuilder().close_wait({1, 2, 3});
    for (int i = 0; i < 5; ++i)
        look(leak);
    EXPECT_EQ(cause(CensusBuilder().close_wait({3})), Cause::unknown);
    EXPECT_EQ(cause(leak), Cause::unknown);  // two of them are new
}

TEST_F(Troubles, what_a_partial_census_misses_is_there_once_more_but_not_twice) {
    const auto leak = CensusBuilder().close_wait({1, 2, 3});
    CensusBuilder blind;
    blind.census.partial = true;
    look(leak);
    look(leak);
    EXPECT_EQ(cause(blind), Cause::unknown);
    EXPECT_EQ(cause(leak), Cause::task_connection_leak);
    look(blind);
    look(blind);
    EXPECT_EQ(cause(leak), Cause::unknown);
}

TEST_F(Troubles, others_are_judged_by_endpoint) {
    const auto spread = CensusBuilder()
                            .close_wait({1, 2}, "192.0.2.1")
                            .close_wait({3, 4}, "192.0.2.2")
                            .close_wait({5}, "192.0.2.3");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(cause(spread, kGroups.other()), Cause::unknown);
    auto leak = CensusBuilder().close_wait({1, 2}, "192.0.2.1").close_wait({3, 4, 6}, "192.0.2.2");
    look(leak);
    look(leak);
    const auto told = look(leak, kGroups.other());
    EXPECT_EQ(told.cause, Cause::task_connection_leak);
    EXPECT_THAT(told.detail, HasSubstr("to 192.0.2.2:6379, the port of cache at an address"));
}

TEST_F(Troubles, accepted_connections_get_a_whole_window) {
    const auto leak = CensusBuilder().accepted_close_wait({1, 2, 3});
    for (unsigned i = 1; i < kInboundLooks; ++i)
        EXPECT_EQ(cause(leak, kGroups.inbound()), Cause::unknown) << i;
    const auto told = look(leak, kGroups.inbound());
    EXPECT_EQ(told.cause, Cause::task_connection_leak);
    EXPECT_THAT(told.detail, HasSubstr("; accepted on port 8080"));
}

TEST_F(Troubles, what_nobody_has_accepted_is_no_leak) {
    const auto waiting = CensusBuilder().accepted_close_wait({0, 0, 0, 0});
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(cause(waiting, kGroups.inbound()), Cause::unknown);
}

TEST_F(Troubles, one_that_is_there_at_two_looks_and_called_again_is_stuck) {
    EXPECT_EQ(cause(CensusBuilder().calling(1, 0)), Cause::unknown);
    const auto told = look(CensusBuilder().calling(1, 2));
    EXPECT_EQ(told.cause, Cause::task_connect_stuck);
    EXPECT_EQ(told.detail, "1 connection in SYN_SENT, a SYN sent 3 times; to 10.0.1.7:6379");
}

TEST_F(Troubles, an_app_that_gives_up_and_tries_again_is_stuck_too) {
    EXPECT_EQ(cause(CensusBuilder().calling(1, 1)), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().calling(2, 1)), Cause::task_connect_stuck);
    EXPECT_EQ(cause(CensusBuilder().calling(3, 0)), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().calling(4, 1)), Cause::unknown);
}

TEST_F(Troubles, a_syn_that_was_lost_once_is_no_trouble) {
    EXPECT_EQ(cause(CensusBuilder().calling(1, 1)), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().established({1})), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().calling(2, 1)), Cause::unknown);
}

TEST_F(Troubles, many_calls_to_a_peer_far_away_are_no_trouble) {
    CensusBuilder far;
    for (std::uint64_t i = 1; i < 20; ++i)
        far.calling(i, 0, 250);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(cause(far), Cause::unknown);
}

TEST_F(Troubles, several_that_wait_too_long_with_none_that_got_through_are_stuck) {
    const auto impatient = CensusBuilder().calling(1, 0, 700).calling(2, 0, 800);
    EXPECT_EQ(cause(impatient), Cause::unknown);
    EXPECT_EQ(cause(CensusBuilder().calling(3, 0, 700).calling(4, 0, 800)), Cause::task_connect_stuck);
    auto with_success = CensusBuilder().calling(5, 0, 700).calling(6, 0, 800).established({7});
    EXPECT_EQ(cause(with_success), Cause::unknown);
    EXPECT_EQ(cause(with_success), Cause::unknown);
}

TEST_F(Troubles, an_old_address_is_named_with_the_dependency_whose_port_it_is) {
    const auto old = CensusBuilder().calling(1, 1, 0, "10.0.0.99");
    look(old);
    const auto told = look(old, kGroups.other());
    EXPECT_EQ(told.cause, Cause::task_connect_stuck);
    EXPECT_THAT(told.detail,
                HasSubstr("to 10.0.0.99:6379, the port of cache at an address that its name does not have"));
    EXPECT_EQ(cause(old), Cause::unknown);
}

TEST_F(Troubles, calls_in_vain_are_worse_than_a_leak) {
    const auto both = CensusBuilder().close_wait({1, 2, 3}).calling(4, 1);
    look(both);
    look(both);
    EXPECT_EQ(cause(both), Cause::task_connect_stuck);
}

}  // namespace
}  // namespace plumb::task
