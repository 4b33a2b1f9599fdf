// What an app does with its connections, seen from a process beside it. The server is a real redis-server
// that ends idle clients.
#include "probes/task/sockets/troubles.hpp"
#include "tests/integration/task_sockets/census_here.hpp"
#include "tests/integration/task_sockets/forked.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <array>
#include <grp.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <gmock/gmock.h>

namespace plumb::test {
namespace {

using task::TcpState;
using testing::HasSubstr;
using Held = ForkedApp::Held;

constexpr std::chrono::milliseconds kLabsPace{333};

class Redis {
  public:
    explicit Redis(const std::string& idle_limit) : process_(spec(idle_limit)) {
        process_.wait_until_listening(port_);
    }
    std::uint16_t port() const { return port_; }

  private:
    ChildSpec spec(const std::string& idle_limit) const {
        ChildSpec spec;
        spec.command = {
            program("redis-server"), "--bind", "127.0.0.1",           "--save",    "",        "--dir",
            folder_.path().string(), "--port", std::to_string(port_), "--timeout", idle_limit};
        spec.output_file = folder_.file("log");
        return spec;
    }
    TempDir folder_;
    std::uint16_t port_ = free_port();
    ChildProcess process_;
};

std::function<std::uint16_t(Held&)> holding(int connections, std::uint16_t port) {
    return [=](Held& held) {
        for (int i = 0; i < connections; ++i)
            held.push_back(i % 2 == 0 ? connect_v4(port) : connect_mapped(port));
        return port;
    };
}

bool ping(const Descriptor& connection) {
    constexpr std::string_view kPing = "PING\r\n";
    std::array<char, 16> answer{};
    return send(connection.get(), kPing.data(), kPing.size(), MSG_NOSIGNAL) > 0 &&
           recv(connection.get(), answer.data(), answer.size(), 0) > 0;
}

void become_nobody() {
    constexpr uid_t kNobody = 65534;
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0 ||
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)  // as after exec: /proc/self is one's own
        throw std::system_error(errno, std::system_category(), "become nobody");
}

class Connections : public CensusHere {};

TEST_F(Connections, a_leak_shows_at_the_third_look) {
    const Redis redis("1");
    const ForkedApp app(holding(4, redis.port()));
    ASSERT_TRUE(await(TcpState::close_wait, 4));
    const auto sockets = section(cache_at(redis.port()));
    for (unsigned i = 1; i < task::kLeakLooks; ++i)
        EXPECT_FALSE(fails(look(*sockets, Depth::login), "sockets.cache")) << i;
    const auto seen = look(*sockets, Depth::login);
    ASSERT_TRUE(fails(seen, "sockets.cache"));
    EXPECT_EQ(check(seen, "sockets.cache")->cause, Cause::task_connection_leak);
    EXPECT_THAT(check(seen, "sockets.cache")->detail,
                HasSubstr("to 127.0.0.1:" + std::to_string(redis.port())));
    EXPECT_THAT(seen.evidence.find_fact("sockets.cache.trouble")->value,
                HasSubstr("4 connections in CLOSE_WAIT, 4 of them for 3 looks or more, the oldest for "));
    EXPECT_EQ(value(seen, "sockets.cache.close_wait"), 4);
    EXPECT_EQ(value(seen, "sockets.cache.connections"), 0);
    EXPECT_FALSE(fails(seen, "sockets.other"));
}

TEST_F(Connections, nobody_sees_the_leak_too) {
    const Redis redis("1");
    const ForkedApp app(holding(4, redis.port()));
    ASSERT_TRUE(await(TcpState::close_wait, 4));
    const int code = in_child([&] {
        become_nobody();
        const auto sockets = section(cache_at(redis.port()));
        look(*sockets);
        look(*sockets);
        const auto seen = look(*sockets);
        const bool whole = seen.evidence.find_fact("sockets.census")->value == "netlink";
        return whole && fails(seen, "sockets.cache") ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(Connections, without_netlink_proc_shows_the_leak) {
    const Redis redis("1");
    const ForkedApp app(holding(4, redis.port()));
    ASSERT_TRUE(await(TcpState::close_wait, 4));
    const int code = in_child([&] {
        become_nobody();
        forbid_netlink();
        const auto sockets = section(cache_at(redis.port()));
        look(*sockets);
        look(*sockets);
        const auto seen = look(*sockets);
        const bool by_proc = seen.evidence.find_fact("sockets.census")->value == "proc";
        return by_proc && fails(seen, "sockets.cache") && check(seen, "listeners") == nullptr ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(Connections, a_leak_to_no_known_dependency_is_told_with_its_address) {
    const Redis redis("1");
    const ForkedApp app(holding(3, redis.port()));
    ASSERT_TRUE(await(TcpState::close_wait, 3));
    const auto sockets = section({{"cache", redis.port(), {"192.0.2.1"}}});
    look(*sockets);
    look(*sockets);
    const auto seen = look(*sockets);
    EXPECT_FALSE(fails(seen, "sockets.cache"));
    ASSERT_TRUE(fails(seen, "sockets.other"));
    EXPECT_THAT(check(seen, "sockets.other")->detail,
                HasSubstr("to 127.0.0.1:" + std::to_string(redis.port()) + ", the port of cache"));
}

TEST_F(Connections, a_healthy_pool_is_quiet_and_its_round_trips_are_known) {
    const Redis redis("0");
    // Beside the pool a connection that comes and goes.
    const ForkedApp app(holding(5, redis.port()), [&](Held& held) {
        for (const auto& connection : held)
            ping(connection);
        ping(connect_v4(redis.port()));
    });
    const auto sockets = section(cache_at(redis.port()));
    for (unsigned i = 0; i < 3 * task::kInboundLooks; ++i) {
        const auto seen = look(*sockets);
        for (const auto& each : seen.checks)
            EXPECT_FALSE(each.failed) << each.name << ": " << each.detail;
        EXPECT_GE(value(seen, "sockets.cache.connections"), 5);
        EXPECT_LE(value(seen, "sockets.cache.connections"), 6);
        EXPECT_GT(value(seen, "sockets.cache.rtt"), 0);
        EXPECT_LT(value(seen, "sockets.cache.rtt"), 1);
    }
}

TEST_F(Connections, those_of_our_own_process_do_not_count) {
    const Redis redis("0");
    const auto sockets = section(cache_at(redis.port()));
    const auto own = connect_v4(redis.port());
    EXPECT_EQ(look(*sockets).evidence.find_gauge("sockets.cache.connections"), nullptr);
    const ForkedApp app(holding(2, redis.port()));
    EXPECT_EQ(value(look(*sockets), "sockets.cache.connections"), 2);
}

class Unanswered : public Connections {
  protected:
    static void drop(const std::string& rule) {
        const auto done = run_command({program("nft"),
                                       "add table ip lost; add chain ip lost out { type filter "
                                       "hook output priority 0; }; add rule ip lost out " +
                                           rule});
        ASSERT_EQ(done.exit_code, 0) << done.errors;
    }
};

TEST_F(Unanswered, a_call_into_a_black_hole_is_stuck) {
    const std::uint16_t port = free_port();
    drop("tcp dport " + std::to_string(port) + " drop");
    const ForkedApp app([port](Held& held) {
        held.push_back(start_connecting(port));
        return port;
    });
    const auto sockets = section(cache_at(port));
    const auto stuck = [](const task::Look& seen) { return fails(seen, "sockets.cache"); };
    const auto seen = look_until(*sockets, stuck, kLabsPace);
    ASSERT_TRUE(seen);
    EXPECT_EQ(check(*seen, "sockets.cache")->cause, Cause::task_connect_stuck);
    EXPECT_THAT(check(*seen, "sockets.cache")->detail, HasSubstr("1 connection in SYN_SENT, a SYN sent "));
    EXPECT_EQ(seen->evidence.find_fact("sockets.cache.trouble")->value,
              check(*seen, "sockets.cache")->detail);
    EXPECT_EQ(value(*seen, "sockets.cache.syn_sent"), 1);
    EXPECT_EQ(value(*seen, "sockets.cache.connections"), 0);
}

TEST_F(Unanswered, proc_shows_it_too) {
    const std::uint16_t port = free_port();
    drop("tcp dport " + std::to_string(port) + " drop");
    const ForkedApp app([port](Held& held) {
        held.push_back(start_connecting(port));
        return port;
    });
    const int code = in_child([&] {
        forbid_netlink();
        const auto sockets = section(cache_at(port));
        const auto stuck = [](const task::Look& seen) { return fails(seen, "sockets.cache"); };
        return look_until(*sockets, stuck, kLabsPace) ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(Unanswered, what_is_sent_into_a_black_hole_is_sent_again) {
    const Redis redis("0");
    const ForkedApp app(holding(1, redis.port()), [](Held& held) { ping(held[0]); });
    const auto sockets = section(cache_at(redis.port()));
    EXPECT_EQ(value(look(*sockets), "sockets.cache.connections"), 1);
    drop("tcp sport " + std::to_string(redis.port()) + " drop");
    const auto repeats = [](const task::Look& seen) {
        return value(seen, "sockets.cache.retransmits") > 0 && value(seen, "sockets.cache.unsent") > 0;
    };
    EXPECT_TRUE(look_until(*sockets, repeats, kLabsPace));
}

}  // namespace
}  // namespace plumb::test
