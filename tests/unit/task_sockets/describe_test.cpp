#include "probes/task/sockets/describe.hpp"

#include "probes/task/sockets/facts.hpp"
#include "tests/unit/task_sockets/censuses.hpp"

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::CensusBuilder;

const std::vector<SocketTarget> kTargets{{"cache", 6379, {"10.0.1.7"}}, {"database", 5432, {"10.0.2.7"}}};

class Summary : public testing::Test {
  protected:
    Look look(const CensusBuilder& builder, Depth depth = Depth::inspect,
              const std::vector<SocketTarget>& targets = kTargets) {
        Look made;
        summary_.look(builder.census, targets, now_, depth, made);
        now_ += 5s;
        return made;
    }
    SocketSummary summary_;
    Clock::time_point now_{1000s};
};

double value(const Look& look, std::string_view name) {
    const Gauge* gauge = look.evidence.find_gauge(name);
    return gauge == nullptr ? -1 : gauge->value;
}

std::string fact(const Look& look, std::string_view name) {
    const Fact* found = look.evidence.find_fact(name);
    return found == nullptr ? "absent" : found->value;
}

const Check* find_check(const Look& look, std::string_view name) {
    for (const Check& check : look.checks) {
        if (check.name == name) return &check;
    }
    return nullptr;
}

TEST_F(Summary, a_dependency_is_summed_up) {
    CensusBuilder builder;
    auto& slow = builder.add(TcpState::established, 1);
    slow.rtt = 3000;
    slow.unsent = 10;
    slow.unread = 5;
    builder.add(TcpState::established, 2).rtt = 1000;
    auto& middle = builder.add(TcpState::established, 3);
    middle.rtt = 2000;
    middle.unsent = 1;
    builder.add(TcpState::established, 0);  // nobody has accepted it
    builder.close_wait({4}).calling(5, 0);
    builder.add(TcpState::time_wait, 0);
    const auto seen = look(builder);
    EXPECT_EQ(value(seen, "sockets.cache.connections"), 3);
    EXPECT_EQ(value(seen, "sockets.cache.close_wait"), 1);
    EXPECT_EQ(value(seen, "sockets.cache.syn_sent"), 1);
    EXPECT_EQ(value(seen, "sockets.cache.time_wait"), 1);
    EXPECT_EQ(value(seen, "sockets.cache.rtt"), 0.002);
    EXPECT_EQ(value(seen, "sockets.cache.unsent"), 11);
    EXPECT_EQ(value(seen, "sockets.cache.unread"), 5);
    EXPECT_EQ(seen.evidence.find_gauge("sockets.cache.retransmits"), nullptr);
    EXPECT_EQ(seen.evidence.find_gauge("sockets.database.connections"), nullptr);
    EXPECT_EQ(seen.evidence.find_fact("sockets.census")->value, "netlink");
}

TEST_F(Summary, a_dependency_that_was_once_connected_to_is_told_with_none) {
    look(CensusBuilder().established({1}));
    const auto seen = look({});
    EXPECT_EQ(value(seen, "sockets.cache.connections"), 0);
    EXPECT_EQ(seen.evidence.gauges.size(), 1U);
}

TEST_F(Summary, retransmits_are_a_rate_of_the_connections_that_both_looks_saw) {
    CensusBuilder first;
    first.add(TcpState::established, 1).total_retransmits = 10;
    first.add(TcpState::established, 3).total_retransmits = 2;
    CensusBuilder next;
    next.add(TcpState::established, 1).total_retransmits = 25;
    next.add(TcpState::established, 2).total_retransmits = 100;  // new: nobody knows since when
    look(first);
    EXPECT_EQ(value(look(next), "sockets.cache.retransmits"), 3);
    EXPECT_EQ(look(next).evidence.find_gauge("sockets.cache.retransmits"), nullptr);
}

TEST_F(Summary, every_dependency_has_its_check_and_quiet_ones_pass) {
    const auto seen = look(CensusBuilder().established({1}));
    for (const std::string_view name :
         {"sockets.cache", "sockets.database", "sockets.other", "sockets.inbound", "listeners"}) {
        ASSERT_NE(find_check(seen, name), nullptr) << name;
        EXPECT_FALSE(find_check(seen, name)->failed) << name;
        EXPECT_TRUE(find_check(seen, name)->detail.empty()) << name;
    }
    EXPECT_EQ(seen.checks.size(), 5U);
}

TEST_F(Summary, a_leak_fails_the_check_of_its_dependency_alone) {
    const auto leak = CensusBuilder().close_wait({1, 2, 3});
    look(leak);
    look(leak);
    const auto seen = look(leak);
    EXPECT_TRUE(find_check(seen, "sockets.cache")->failed);
    EXPECT_EQ(find_check(seen, "sockets.cache")->cause, Cause::task_connection_leak);
    EXPECT_FALSE(find_check(seen, "sockets.database")->failed);
    EXPECT_FALSE(find_check(seen, "sockets.other")->failed);
    EXPECT_EQ(fact(seen, "sockets.cache.trouble"), find_check(seen, "sockets.cache")->detail);
    EXPECT_EQ(fact(seen, "sockets.database.trouble"), "absent");
    EXPECT_EQ(fact(look({}), "sockets.cache.trouble"), "absent");
}

TEST_F(Summary, what_is_no_dependencys_is_summed_up_by_itself) {
    const auto seen = look(CensusBuilder().close_wait({1, 2}, "192.0.2.1").accepted_close_wait({3}));
    EXPECT_EQ(value(seen, "sockets.other.close_wait"), 2);
    EXPECT_EQ(value(seen, "sockets.inbound.close_wait"), 1);
}

TEST_F(Summary, listeners_are_told_with_their_backlog) {
    CensusBuilder builder;
    builder.census.listeners = {{1, 3, 128, 8080, {}}, {2, 0, 0, 9090, {}}};
    const auto seen = look(builder);
    const Gauge* queue = seen.evidence.find_gauge("listeners.8080.queue");
    ASSERT_NE(queue, nullptr);
    EXPECT_EQ(queue->value, 3);
    EXPECT_EQ(queue->limit, 128);
    EXPECT_FALSE(queue->refuses_at_limit);  // the check says when it stays full
    EXPECT_EQ(seen.evidence.find_gauge("listeners.9090.queue")->limit, 1);
    EXPECT_EQ(seen.evidence.find_fact("listeners.ports")->value, "8080, 9090");
    EXPECT_EQ(look(builder, Depth::login).evidence.find_fact("listeners.ports"), nullptr);
}

TEST_F(Summary, a_full_queue_fails_the_check_of_the_listeners) {
    CensusBuilder builder;
    builder.census.listeners = {{1, 129, 128, 8080, parse_endpoint("10.0.0.3", 8080).value()}};
    const auto before = look(builder);
    EXPECT_FALSE(find_check(before, "listeners")->failed);
    EXPECT_EQ(fact(before, "listeners.trouble"), "absent");
    const auto seen = look(builder, Depth::login);
    EXPECT_TRUE(find_check(seen, "listeners")->failed);
    EXPECT_EQ(fact(seen, "listeners.trouble"), "10.0.0.3:8080: 129 connections wait, and its backlog is 128");
}

TEST_F(Summary, dropped_connections_become_a_rate) {
    CensusBuilder builder;
    builder.census.listen_drops = 100;
    EXPECT_EQ(look(builder).evidence.find_gauge("listeners.overflows"), nullptr);
    builder.census.listen_drops = 110;
    EXPECT_EQ(value(look(builder), "listeners.overflows"), 2);
}

TEST_F(Summary, of_an_absent_census_only_that_is_told) {
    CensusBuilder builder;
    builder.census.source = CensusSource::absent;
    const auto seen = look(builder);
    EXPECT_EQ(seen.evidence.find_fact("sockets.census")->value, "absent");
    EXPECT_TRUE(seen.checks.empty());
    EXPECT_TRUE(seen.evidence.gauges.empty());
}

TEST_F(Summary, proc_knows_no_backlogs_and_does_not_say_that_none_is_full) {
    CensusBuilder builder;
    builder.census.source = CensusSource::proc;
    builder.census.listeners = {{1, 3, std::nullopt, 8080, {}}};
    const auto seen = look(builder);
    EXPECT_EQ(seen.evidence.find_fact("sockets.census")->value, "proc");
    EXPECT_EQ(find_check(seen, "listeners"), nullptr);
    EXPECT_EQ(value(seen, "listeners.8080.queue"), 3);
    EXPECT_FALSE(seen.evidence.find_gauge("listeners.8080.queue")->limit);
}

TEST_F(Summary, a_partial_census_says_so) {
    CensusBuilder builder;
    builder.census.partial = true;
    EXPECT_EQ(look(builder).evidence.find_fact("sockets.census")->value, "partial");
}

TEST_F(Summary, the_troubles_of_many_dependencies_are_no_more_than_are_shown) {
    std::vector<SocketTarget> targets;
    CensusBuilder builder;
    for (unsigned i = 0; i < 40; ++i) {
        const auto port = static_cast<std::uint16_t>(1000 + i);
        targets.push_back({"d" + std::to_string(port), port, {"10.0.3.3"}});
        for (unsigned j = 0; j < 3; ++j)
            builder.add(TcpState::close_wait, 10 * i + j + 1, "10.0.3.3", port);
    }
    look(builder, Depth::inspect, targets);
    look(builder, Depth::inspect, targets);
    const auto seen = look(builder, Depth::inspect, targets);
    EXPECT_TRUE(find_check(seen, "sockets.d1039")->failed);
    EXPECT_EQ(seen.evidence.facts.size(), 1 + kMaxShownDependencies);
    EXPECT_NE(fact(seen, "sockets.d1023.trouble"), "absent");
    EXPECT_EQ(fact(seen, "sockets.d1024.trouble"), "absent");
}

TEST_F(Summary, of_many_dependencies_those_in_trouble_come_first_and_the_gauges_are_bounded) {
    std::vector<SocketTarget> targets;
    CensusBuilder builder;
    for (unsigned i = 0; i < 40; ++i) {
        const auto port = static_cast<std::uint16_t>(1000 + i);
        targets.push_back({"d" + std::to_string(port), port, {"10.0.3.3"}});
        for (unsigned j = 0; j <= i; ++j) {
            auto& socket = builder.add(TcpState::established, 10000 + 100 * i + j, "10.0.3.3", port);
            socket.rtt = 1000;
            socket.unsent = socket.unread = 1;
        }
    }
    for (std::uint64_t i = 1; i <= 3; ++i)
        builder.add(TcpState::close_wait, i, "10.0.3.3", 1000);
    builder.census.listeners = {{1, 3, 128, 8080, {}}};
    look(builder, Depth::inspect, targets);
    look(builder, Depth::inspect, targets);
    const auto seen = look(builder, Depth::inspect, targets);
    EXPECT_TRUE(find_check(seen, "sockets.d1000")->failed);
    EXPECT_EQ(value(seen, "sockets.d1000.connections"), 1);
    EXPECT_EQ(value(seen, "sockets.d1000.close_wait"), 3);
    EXPECT_EQ(value(seen, "sockets.d1039.connections"), 40);
    EXPECT_EQ(seen.evidence.find_gauge("sockets.d1001.connections"), nullptr);
    EXPECT_NE(seen.evidence.find_gauge("listeners.8080.queue"), nullptr);
    EXPECT_EQ(seen.evidence.gauges.size(), kMaxSocketGauges);
    EXPECT_EQ(seen.checks.size(), targets.size() + 3);
}

}  // namespace
}  // namespace plumb::task
