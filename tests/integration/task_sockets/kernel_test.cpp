// The census against this kernel: its bounds, and where it finds nothing.
#include "tests/integration/task_sockets/census_here.hpp"
#include "tests/integration/task_sockets/forked.hpp"
#include "tests/support/temp_dir.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>

#include <gmock/gmock.h>

namespace plumb::test {
namespace {

using task::CensusQuestion;
using task::CensusSource;

constexpr std::size_t kConnections = 300;

class Kernel : public CensusHere {
  protected:
    // Both ends of each are the app's.
    static std::uint16_t hold_many(ForkedApp::Held& held) {
        held.push_back(listen_on_loopback());
        const auto port = local_port(held.front().get());
        for (std::size_t i = 0; i < kConnections; ++i) {
            held.push_back(connect_v4(port));
            held.emplace_back(accept(held.front().get(), nullptr, nullptr));
        }
        return port;
    }
};

TEST_F(Kernel, a_dump_of_several_datagrams_is_whole) {
    const ForkedApp app(hold_many);
    const auto census = task::take_census({.self = ::getpid()});
    EXPECT_EQ(census.source, CensusSource::netlink);
    EXPECT_FALSE(census.partial);
    EXPECT_EQ(census.sockets.size(), 2 * kConnections);
    EXPECT_EQ(census.listeners.size(), 1U);
    EXPECT_EQ(census.inbound_ports, std::vector{app.answer()});
    EXPECT_TRUE(census.listen_drops);
}

// A check by hand beside the agent that always runs: that one's probes are no app's.
TEST_F(Kernel, sockets_of_another_agent_are_not_the_apps) {
    const ForkedApp app(hold_many);
    const ForkedApp agent([](ForkedApp::Held& held) {
        ::prctl(PR_SET_NAME, "plumb-agent");
        return hold_many(held);
    });
    const auto census = task::take_census({.self = ::getpid()});
    EXPECT_EQ(census.sockets.size(), 2 * kConnections);
    EXPECT_EQ(census.listeners.size(), 1U);
    EXPECT_THAT(census.inbound_ports, testing::UnorderedElementsAre(app.answer(), agent.answer()));
    EXPECT_EQ(task::take_census({.self = 0}).sockets.size(), 4 * kConnections);
}

TEST_F(Kernel, proc_and_netlink_count_the_same) {
    const ForkedApp app(hold_many);
    const int code = in_child([&] {
        forbid_netlink();
        const auto census = task::take_census({.self = ::getpid()});
        return census.source == CensusSource::proc && !census.partial &&
                       census.sockets.size() == 2 * kConnections && census.listeners.size() == 1 &&
                       census.listeners[0].port == app.answer() && !census.listeners[0].backlog
                   ? 0
                   : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(Kernel, a_census_keeps_its_bound_and_says_so) {
    const ForkedApp app(hold_many);
    CensusQuestion question;
    question.bounds.sockets = 100;
    const auto census = task::take_census(question);
    EXPECT_TRUE(census.partial);
    EXPECT_EQ(census.sockets.size() + census.listeners.size(), 100U);
    EXPECT_EQ(to_string(census), "partial");
    const int code = in_child([&] {
        forbid_netlink();
        const auto by_proc = task::take_census(question);
        return by_proc.partial && by_proc.sockets.size() + by_proc.listeners.size() == 100 ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

TEST_F(Kernel, without_time_a_census_is_partial) {
    const ForkedApp app(hold_many);
    CensusQuestion question;
    question.bounds.time = std::chrono::milliseconds(0);
    EXPECT_TRUE(task::take_census(question).partial);
}

TEST_F(Kernel, closed_connections_show_while_they_wait) {
    const ForkedApp app(hold_many);
    {
        // Who closes first has to wait.
        const auto listener = listen_on_loopback();
        auto client = connect_v4(local_port(listener.get()));
        const Descriptor server(accept(listener.get(), nullptr, nullptr));
        client.reset();
    }
    const auto waiting = [](const task::Census& census) {
        std::size_t count = 0;
        for (const auto& socket : census.sockets)
            count += socket.state == task::TcpState::time_wait ? 1 : 0;
        return count;
    };
    EXPECT_EQ(waiting(task::take_census({})), 1U);
    EXPECT_EQ(waiting(task::take_census({.time_wait = false})), 0U);
}

TEST_F(Kernel, where_neither_is_to_be_had_the_census_is_absent) {
    const TempDir empty;
    const int code = in_child([&] {
        forbid_netlink();
        task::Places places;
        places.proc = empty.path().string();
        const auto seen = look(*section(cache_at(6379), places));
        return seen.evidence.find_fact("sockets.census")->value == "absent" && seen.checks.empty() ? 0 : 1;
    });
    EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace plumb::test
