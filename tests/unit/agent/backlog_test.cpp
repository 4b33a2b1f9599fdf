#include "agent/report/backlog.hpp"

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

Backlog::Entry entry(std::uint64_t sequence, std::size_t bytes = 10) {
    return {sequence, {}, std::string(bytes, 'x')};
}

std::vector<std::uint64_t> send_all(Backlog& backlog) {
    std::vector<std::uint64_t> out;
    while (const auto* next = backlog.next()) {
        out.push_back(next->sequence);
        backlog.sent();
    }
    return out;
}

using Sequences = std::vector<std::uint64_t>;

TEST(Backlog, windows_leave_in_order_once_a_stream) {
    Backlog backlog(10, 1000);
    backlog.push(entry(1));
    backlog.push(entry(2));
    EXPECT_EQ(send_all(backlog), (Sequences{1, 2}));
    backlog.push(entry(3));
    EXPECT_EQ(send_all(backlog), (Sequences{3}));
    EXPECT_EQ(backlog.size(), 3U);
}

TEST(Backlog, what_was_not_acknowledged_is_sent_again_on_the_next_stream) {
    Backlog backlog(10, 1000);
    for (std::uint64_t i = 1; i <= 4; ++i)
        backlog.push(entry(i));
    send_all(backlog);
    EXPECT_TRUE(backlog.acknowledge(1));
    EXPECT_TRUE(backlog.acknowledge(3));
    backlog.restart();
    EXPECT_EQ(send_all(backlog), (Sequences{2, 4}));
}

TEST(Backlog, an_acknowledgement_in_the_middle_of_sending_skips_nothing) {
    Backlog backlog(10, 1000);
    for (std::uint64_t i = 1; i <= 4; ++i)
        backlog.push(entry(i));
    backlog.sent();
    backlog.sent();
    EXPECT_TRUE(backlog.acknowledge(1));
    EXPECT_EQ(send_all(backlog), (Sequences{3, 4}));
    // One that this stream has not sent yet: known to the controller from before.
    backlog.restart();
    EXPECT_TRUE(backlog.acknowledge(4));
    EXPECT_EQ(send_all(backlog), (Sequences{2, 3}));
}

TEST(Backlog, repeated_and_unknown_acknowledgements_change_nothing) {
    Backlog backlog(10, 1000);
    backlog.push(entry(5));
    send_all(backlog);
    EXPECT_FALSE(backlog.acknowledge(4));
    EXPECT_FALSE(backlog.acknowledge(6));
    EXPECT_TRUE(backlog.awaiting());
    EXPECT_TRUE(backlog.acknowledge(5));
    EXPECT_FALSE(backlog.acknowledge(5));
    EXPECT_TRUE(backlog.empty());
    EXPECT_FALSE(backlog.awaiting());
    EXPECT_EQ(backlog.bytes(), 0U);
}

TEST(Backlog, a_refused_window_is_not_sent_again) {
    Backlog backlog(10, 1000);
    backlog.push(entry(1));
    backlog.push(entry(2));
    send_all(backlog);
    EXPECT_TRUE(backlog.refuse(1));
    backlog.restart();
    EXPECT_EQ(send_all(backlog), (Sequences{2}));
}

TEST(Backlog, the_oldest_makes_room_and_is_counted) {
    Backlog backlog(3, 1000);
    for (std::uint64_t i = 1; i <= 5; ++i)
        backlog.push(entry(i));
    EXPECT_EQ(backlog.dropped(), 2U);
    EXPECT_EQ(send_all(backlog), (Sequences{3, 4, 5}));
    backlog.push(entry(6));
    EXPECT_EQ(send_all(backlog), (Sequences{6}));
    EXPECT_EQ(backlog.dropped(), 3U);
}

TEST(Backlog, bytes_are_bounded_but_the_newest_window_stays) {
    Backlog backlog(100, 25);
    for (std::uint64_t i = 1; i <= 4; ++i)
        backlog.push(entry(i, 10));
    EXPECT_EQ(backlog.size(), 2U);
    EXPECT_EQ(backlog.bytes(), 20U);
    backlog.push(entry(5, 100));
    EXPECT_EQ(send_all(backlog), (Sequences{5}));
}

TEST(Backoff, delays_double_up_to_the_most_and_are_spread) {
    EXPECT_EQ(backoff_delay(0, 1.0, 200ms, 15s), 200ms);
    EXPECT_EQ(backoff_delay(1, 1.0, 200ms, 15s), 400ms);
    EXPECT_EQ(backoff_delay(3, 0.0, 200ms, 15s), 800ms);
    EXPECT_EQ(backoff_delay(60, 1.0, 200ms, 15s), 15s);
    EXPECT_EQ(backoff_delay(4'000'000'000U, 0.0, 200ms, 15s), 7500ms);
}

}  // namespace
}  // namespace plumb::agent
