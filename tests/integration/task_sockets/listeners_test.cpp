// The app's listeners, seen from a process beside it.
#include "probes/task/sockets/troubles.hpp"
#include "tests/integration/task_sockets/census_here.hpp"
#include "tests/integration/task_sockets/forked.hpp"

#include <sys/socket.h>

#include <gmock/gmock.h>

namespace plumb::test {
namespace {

using Held = ForkedApp::Held;

class Listeners : public CensusHere {
  protected:
    static std::uint16_t listen_and_never_accept(Held& held) {
        held.push_back(listen_on_loopback(2));
        return local_port(held.back().get());
    }
};

TEST_F(Listeners, a_full_accept_queue_shows_at_the_second_look) {
    const ForkedApp app(listen_and_never_accept);
    const auto sockets = section({});
    const auto name = "listeners." + std::to_string(app.answer()) + ".queue";
    const auto before = look(*sockets);
    EXPECT_EQ(value(before, name), 0);
    EXPECT_EQ(before.evidence.find_gauge(name)->limit, 2);
    EXPECT_FALSE(fails(before, "listeners"));
    const auto waiting = fill_accept_queue(app.answer());
    const auto first = look(*sockets);
    EXPECT_EQ(value(first, name), 3);
    EXPECT_FALSE(fails(first, "listeners"));
    const auto seen = look(*sockets);
    ASSERT_TRUE(fails(seen, "listeners"));
    EXPECT_EQ(check(seen, "listeners")->cause, Cause::task_backlog_full);
    EXPECT_EQ(check(seen, "listeners")->detail,
              "127.0.0.1:" + std::to_string(app.answer()) + ": 3 connections wait, and its backlog is 2");
    EXPECT_EQ(seen.evidence.find_fact("listeners.trouble")->value, check(seen, "listeners")->detail);
}

// listen(fd, 1) has room for two.
TEST_F(Listeners, one_client_that_waits_at_a_backlog_of_one_is_no_trouble) {
    const ForkedApp app([](Held& held) {
        held.push_back(listen_on_loopback(1));
        return local_port(held.back().get());
    });
    const auto sockets = section({});
    const auto name = "listeners." + std::to_string(app.answer()) + ".queue";
    const auto wait = [&](double clients) {
        const auto all = [&](const task::Look& seen) { return value(seen, name) == clients; };
        return look_until(*sockets, all, std::chrono::milliseconds(20)).has_value();
    };
    const auto client = connect_v4(app.answer());
    ASSERT_TRUE(wait(1));
    EXPECT_FALSE(fails(look(*sockets), "listeners"));
    EXPECT_FALSE(fails(look(*sockets), "listeners"));
    const auto another = connect_v4(app.answer());
    ASSERT_TRUE(wait(2));
    EXPECT_TRUE(fails(look(*sockets), "listeners"));
}

TEST_F(Listeners, dropped_connections_are_counted) {
    const ForkedApp app(listen_and_never_accept);
    const auto sockets = section({});
    look(*sockets);
    // The last of them was dropped, and goes on calling.
    const auto waiting = fill_accept_queue(app.answer());
    const auto counted = [](const task::Look& seen) { return value(seen, "listeners.overflows") > 0; };
    EXPECT_TRUE(look_until(*sockets, counted, std::chrono::milliseconds(333)));
}

TEST_F(Listeners, ports_are_the_apps_and_not_our_own) {
    const auto own = listen_on_loopback();
    const ForkedApp app(listen_and_never_accept);
    const auto seen = look(*section({}));
    EXPECT_EQ(seen.evidence.find_fact("listeners.ports")->value, std::to_string(app.answer()));
    EXPECT_EQ(seen.evidence.find_gauge("listeners." + std::to_string(local_port(own.get())) + ".queue"),
              nullptr);
}

TEST_F(Listeners, a_server_that_never_closes_is_told_as_inbound) {
    const ForkedApp app(
        [](Held& held) {
            held.push_back(listen_on_loopback());
            return local_port(held.back().get());
        },
        [](Held& held) { held.emplace_back(accept(held.front().get(), nullptr, nullptr)); });
    for (int i = 0; i < 3; ++i)
        connect_v4(app.answer());
    ASSERT_TRUE(await(task::TcpState::close_wait, 3));
    const auto sockets = section({});
    for (unsigned i = 1; i < task::kInboundLooks; ++i)
        EXPECT_FALSE(fails(look(*sockets), "sockets.inbound")) << i;
    const auto seen = look(*sockets);
    ASSERT_TRUE(fails(seen, "sockets.inbound"));
    EXPECT_EQ(check(seen, "sockets.inbound")->cause, Cause::task_connection_leak);
    EXPECT_EQ(value(seen, "sockets.inbound.close_wait"), 3);
    EXPECT_FALSE(fails(seen, "sockets.other"));
}

}  // namespace
}  // namespace plumb::test
