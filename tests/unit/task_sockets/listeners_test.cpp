#include "probes/task/sockets/listeners.hpp"

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

Listener listener(std::uint16_t port, std::uint32_t queue, std::optional<std::uint32_t> backlog,
                  std::uint64_t inode = 1) {
    return {inode, queue, backlog, port, parse_endpoint("0.0.0.0", port).value()};
}

bool full(BacklogWatch& watch, const Listener& each) {
    return watch.look({&each, 1}).has_value();
}

TEST(Backlogs, a_queue_that_is_full_at_two_looks_is_told) {
    BacklogWatch watch;
    EXPECT_FALSE(full(watch, listener(8080, 129, 128)));
    const auto same = listener(8080, 129, 128);
    const auto told = watch.look({&same, 1});
    EXPECT_EQ(told.value_or(""), "0.0.0.0:8080: 129 connections wait, and its backlog is 128");
    const Listener v6{1, 129, 128, 8080, parse_endpoint("::", 8080).value()};
    EXPECT_EQ(watch.look({&v6, 1}).value_or(""), "[::]:8080: 129 connections wait, and its backlog is 128");
}

TEST(Backlogs, a_burst_is_none) {
    BacklogWatch watch;
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(full(watch, listener(8080, 129, 128)));
        EXPECT_FALSE(full(watch, listener(8080, 128, 128)));
    }
}

TEST(Backlogs, two_listeners_are_not_one) {
    BacklogWatch watch;
    EXPECT_FALSE(full(watch, listener(8080, 5, 4, 1)));
    EXPECT_FALSE(full(watch, listener(8080, 5, 4, 2)));
}

TEST(Backlogs, a_queue_as_long_as_its_backlog_takes_one_more) {
    BacklogWatch watch;
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(full(watch, listener(8080, 1, 1)));
    EXPECT_FALSE(full(watch, listener(8080, 2, 1)));
    EXPECT_TRUE(full(watch, listener(8080, 2, 1)));
}

TEST(Backlogs, a_backlog_of_nothing_holds_one_and_is_full_with_it) {
    BacklogWatch watch;
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(full(watch, listener(8080, 0, 0)));
    EXPECT_FALSE(full(watch, listener(8080, 1, 0)));
    EXPECT_TRUE(full(watch, listener(8080, 1, 0)));
}

TEST(Backlogs, without_a_known_backlog_nothing_is_full) {
    BacklogWatch watch;
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(full(watch, listener(8080, 5000, std::nullopt)));
}

TEST(Listeners, the_fullest_are_shown_each_port_once) {
    const std::vector<Listener> listeners{listener(9000, 0, 10), listener(80, 1, 10),   listener(80, 9, 10),
                                          listener(443, 5, 10),  listener(8443, 0, 10), listener(22, 0, 10)};
    const auto shown = fullest_listeners(listeners);
    ASSERT_EQ(shown.size(), kMaxShownListeners);
    EXPECT_EQ(shown[0].port, 80);
    EXPECT_EQ(shown[0].queue, 9U);
    EXPECT_EQ(shown[1].port, 443);
    EXPECT_EQ(shown[2].port, 22);
    EXPECT_EQ(shown[3].port, 8443);
}

TEST(Listeners, their_ports_are_sorted_and_bounded) {
    EXPECT_EQ(listening_ports(std::vector{listener(9090, 0, 1), listener(8080, 0, 1), listener(9090, 0, 1)}),
              "8080, 9090");
    std::vector<Listener> many;
    for (unsigned port = 117; port > 100; --port)
        many.push_back(listener(static_cast<std::uint16_t>(port), 0, 1));
    EXPECT_TRUE(listening_ports(many).ends_with("115, 116, …"));
    many.pop_back();
    EXPECT_TRUE(listening_ports(many).ends_with("116, 117"));
}

}  // namespace
}  // namespace plumb::task
