#include "tests/integration/net/run_target.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <set>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string tcp(std::uint16_t port, const std::string& host = "127.0.0.1") {
    return "tcp://" + host + ":" + std::to_string(port);
}

// A name server that knows three addresses for every name.
UdpServer::Script three_addresses() {
    return [](const std::string& query) -> std::optional<std::string> {
        if (dns_question_type(query) != 1) return dns_response(query, 0);
        const auto records =
            dns_a_record(30, 127, 0, 0, 1) + dns_a_record(60, 127, 0, 0, 2) + dns_a_record(90, 127, 0, 0, 3);
        return dns_response(query, 0, 3, records);
    };
}

TEST(Dial, an_open_port_is_reached_and_measured) {
    const ScriptedServer server(silent());
    TargetRun wanted;
    wanted.url = tcp(server.port());
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect"));
    EXPECT_EQ(outcome.address, "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(fact_of(outcome, "dns.scope"), "loopback");
    EXPECT_EQ(fact_of(outcome, "dns.answers"), "(absent)");
    EXPECT_TRUE(outcome.rtt);
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_FALSE(outcome.attempts[0].failed);
    // Both end with the kernel's stamp, and not when this task looked.
    EXPECT_LE(outcome.attempts[0].duration, outcome.phases[1].duration);
    EXPECT_EQ(outcome.kind, "tcp");
    EXPECT_EQ(outcome.dependency, "dependency");
}

TEST(Dial, refused_connection_names_the_connect_phase) {
    const RefusingPort port;
    TargetRun wanted;
    wanted.url = tcp(port.port());
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "connect tcp.refused");
    EXPECT_EQ(outcome.address, "");
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_EQ(outcome.attempts[0].failed, Cause::tcp_refused);
    EXPECT_THAT(outcome.failure->detail, HasSubstr(std::to_string(port.port())));
}

TEST(Dial, full_accept_queue_times_out_in_the_connect_phase) {
    const FullQueueListener listener;
    TargetRun wanted;
    wanted.url = tcp(listener.port());
    wanted.timeout = 150ms;
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "connect tcp.timeout");
    EXPECT_GE(outcome.total, 150ms);
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_EQ(outcome.attempts[0].failed, Cause::tcp_timeout);
    for (const Fact& fact : outcome.facts)
        EXPECT_FALSE(fact.name.starts_with("tcp.")) << fact.name << " of a path that nobody answered on";
}

TEST(Dial, silent_name_server_times_out_in_the_resolve_phase) {
    const UdpServer silent_server;
    TargetRun wanted;
    wanted.url = "tcp://db.test:5432";
    wanted.timeout = 150ms;
    wanted.name_servers = {silent_server.address()};
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "resolve dns.timeout");
    EXPECT_THAT(outcome.failure->detail, HasSubstr(silent_server.address()));
    EXPECT_EQ(fact_of(outcome, "dns.resolver"), silent_server.address());
    EXPECT_GT(silent_server.received(), 0);
}

TEST(Dial, a_second_name_server_answers_when_the_first_is_dead) {
    const ScriptedServer server(silent());
    const UdpServer dead;
    const UdpServer alive(three_addresses());
    TargetRun wanted;
    wanted.url = tcp(server.port(), "db.test");
    wanted.name_servers = {dead.address(), alive.address()};
    const auto outcome = run_once(wanted);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_GT(dead.received(), 0);
}

TEST(Dial, the_wait_for_a_name_server_that_declines_is_part_of_the_phase) {
    const ScriptedServer server(silent());
    const UdpServer slow([](const std::string& query) {
        std::this_thread::sleep_for(100ms);
        return dns_response(query, 2);
    });
    const UdpServer willing(three_addresses());
    TargetRun wanted;
    wanted.url = tcp(server.port(), "db.test");
    wanted.name_servers = {slow.address(), willing.address()};
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_GE(outcome.total, 100ms);
}

TEST(Dial, a_second_name_server_answers_when_the_first_declines) {
    const ScriptedServer server(silent());
    const UdpServer declining([](const std::string& query) { return dns_response(query, 2); });
    const UdpServer willing(three_addresses());
    TargetRun wanted;
    wanted.url = tcp(server.port(), "db.test");
    wanted.name_servers = {declining.address(), willing.address()};
    EXPECT_EQ(failure_of(run_once(wanted)), "ok");
    wanted.url = "dns://db.test?expect=127.0.0.2";
    EXPECT_EQ(failure_of(run_once(wanted)), "ok");
    EXPECT_GT(declining.received(), 0);
}

TEST(Dial, name_server_port_that_is_closed_is_unreachable) {
    TargetRun wanted;
    wanted.url = "tcp://db.test:5432";
    EXPECT_EQ(failure_of(run_once(wanted)), "resolve dns.unreachable");
}

TEST(Dial, garbage_from_the_name_server_ends_within_the_deadline) {
    const UdpServer babbler([](const std::string& query) -> std::optional<std::string> {
        return query.substr(0, 2) + garbage().substr(0, 400);
    });
    TargetRun wanted;
    wanted.url = "tcp://db.test:5432";
    wanted.timeout = 300ms;
    wanted.name_servers = {babbler.address()};
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "resolve dns.malformed");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("answers none of the questions"));
}

TEST(Dial, addresses_take_turns_and_every_failed_one_is_recorded) {
    const ScriptedServer server(silent());  // on 127.0.0.1 only
    const UdpServer names(three_addresses());
    TargetRun wanted;
    wanted.url = tcp(server.port(), "db.test");
    wanted.name_servers = {names.address()};
    wanted.times = 6;
    std::multiset<std::string> firsts;
    for (const auto& outcome : run_target(wanted)) {
        expect_sound(outcome);
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(outcome.address, "127.0.0.1:" + std::to_string(server.port()));
        ASSERT_FALSE(outcome.attempts.empty());
        firsts.insert(outcome.attempts[0].address);
        for (std::size_t i = 0; i < outcome.attempts.size(); ++i) {
            const bool last = i + 1 == outcome.attempts.size();
            EXPECT_EQ(outcome.attempts[i].failed.has_value(), !last);
        }
        EXPECT_EQ(fact_of(outcome, "dns.answers"), "3");
        EXPECT_EQ(fact_of(outcome, "dns.ttl"), "1-60 s");
        EXPECT_EQ(fact_of(outcome, "dns.cnames"), "0");
    }
    for (const char* address : {"127.0.0.1:", "127.0.0.2:", "127.0.0.3:"}) {
        EXPECT_EQ(firsts.count(address + std::to_string(server.port())), 2U) << address;
    }
}

Descriptor listener_on(const char* host, std::uint16_t port) {
    auto fd = tcp_socket();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host, &address.sin_addr);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    if (listen(fd.get(), 8) != 0) return {};
    return fd;
}

TEST(Dial, an_address_that_hangs_leaves_time_for_the_next) {
    const FullQueueListener hanging;  // 127.0.0.1
    const auto open = listener_on("127.0.0.2", hanging.port());
    ASSERT_TRUE(open.valid());
    const UdpServer names(three_addresses());
    TargetRun wanted;
    wanted.url = tcp(hanging.port(), "db.test");
    wanted.name_servers = {names.address()};
    wanted.timeout = 1500ms;
    wanted.times = 3;
    bool went_past_the_hanging_one = false;
    for (const auto& outcome : run_target(wanted)) {
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(outcome.address, "127.0.0.2:" + std::to_string(hanging.port()));
        for (const auto& attempt : outcome.attempts) {
            if (attempt.failed == Cause::tcp_timeout) went_past_the_hanging_one = true;
        }
    }
    EXPECT_TRUE(went_past_the_hanging_one);
}

// On ::1 only; invalid where the machine has no IPv6.
Descriptor listener_on_ipv6() {
    Descriptor fd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    if (listen(fd.get(), 8) != 0) return {};
    return fd;
}

std::uint16_t ipv6_port(int descriptor) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin6_port);
}

TEST(Dial, an_ipv6_address_is_reached_by_literal) {
    const auto open = listener_on_ipv6();
    if (!open.valid()) GTEST_SKIP() << "no IPv6 here";
    TargetRun wanted;
    wanted.url = tcp(ipv6_port(open.get()), "[::1]");
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(outcome.address, "[::1]:" + std::to_string(ipv6_port(open.get())));
    EXPECT_EQ(fact_of(outcome, "dns.scope"), "loopback");
}

TEST(Dial, a_name_of_both_families_is_reached_by_the_one_that_answers) {
    auto open = listener_on_ipv6();
    if (!open.valid()) GTEST_SKIP() << "no IPv6 here";
    while (can_connect(ipv6_port(open.get())))
        open = listener_on_ipv6();  // somebody has that port on 127.0.0.1
    const auto port = ipv6_port(open.get());
    const UdpServer names([](const std::string& query) {
        if (dns_question_type(query) == 1) return dns_response(query, 0, 1, dns_a_record(30, 127, 0, 0, 1));
        const std::string head("\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x1e\x00\x10", 12);
        return dns_response(query, 0, 1, head + std::string(15, '\0') + '\1');
    });
    TargetRun wanted;
    wanted.url = tcp(port, "db.test");
    wanted.name_servers = {names.address()};
    wanted.times = 2;
    for (const auto& outcome : run_target(wanted)) {
        expect_sound(outcome);
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(outcome.address, "[::1]:" + std::to_string(port));
        EXPECT_EQ(fact_of(outcome, "dns.answers"), "2");
        EXPECT_LE(outcome.attempts.size(), 2U);
    }
}

TEST(Dial, the_other_family_is_the_fallback) {
    if (!listener_on_ipv6().valid()) GTEST_SKIP() << "no IPv6 here";
    const ScriptedServer server(silent());  // on 127.0.0.1 only
    const UdpServer names([](const std::string& query) {
        if (dns_question_type(query) == 1) return dns_response(query, 0, 1, dns_a_record(30, 127, 0, 0, 1));
        const std::string head("\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x1e\x00\x10", 12);
        return dns_response(query, 0, 1, head + std::string(15, '\0') + '\1');
    });
    TargetRun wanted;
    wanted.url = tcp(server.port(), "db.test");
    wanted.name_servers = {names.address()};
    wanted.times = 2;
    for (const auto& outcome : run_target(wanted)) {
        expect_sound(outcome);
        EXPECT_EQ(failure_of(outcome), "ok");
        EXPECT_EQ(fact_of(outcome, "tcp.family"), "IPv4");
        ASSERT_EQ(outcome.attempts.size(), 2U);
        EXPECT_EQ(outcome.attempts[0].address, "[::1]:" + std::to_string(server.port()));
        EXPECT_EQ(outcome.attempts[0].failed, Cause::tcp_refused);
        EXPECT_FALSE(outcome.attempts[1].failed);
    }
}

TEST(Dial, a_name_in_the_hosts_file_needs_no_name_server) {
    const ScriptedServer server(silent());
    TargetRun wanted;
    wanted.url = tcp(server.port(), "localhost");
    EXPECT_EQ(failure_of(run_once(wanted)), "ok");
}

TEST(Dial, cancellation_is_no_evidence) {
    const FullQueueListener hanging;
    const UdpServer silent_server;
    const ScriptedServer mute(silent());
    for (const std::string& url :
         {tcp(hanging.port()), std::string("tcp://db.test:1"), std::string("dns://db.test"),
          tcp(mute.port()) + "?expect=x", tcp(mute.port()) + "?starttls=smtp"}) {
        TargetRun wanted;
        wanted.url = url;
        wanted.name_servers = {silent_server.address()};
        const auto outcome = run_and_cancel(wanted);
        expect_sound(outcome);
        EXPECT_FALSE(outcome.phases.empty()) << url;
        ASSERT_TRUE(outcome.failure) << url;
        EXPECT_EQ(outcome.failure->cause, Cause::local_cancelled) << url;
    }
}

// Takes every descriptor that the process may still have.
class NoDescriptorsLeft {
  public:
    NoDescriptorsLeft() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit few = before_;
        few.rlim_cur = 64;
        setrlimit(RLIMIT_NOFILE, &few);
        for (int fd = dup(0); fd >= 0; fd = dup(0))
            taken_.emplace_back(fd);
    }
    ~NoDescriptorsLeft() { setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
    NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;
    void spare(std::size_t count) { taken_.resize(taken_.size() - count); }

  private:
    rlimit before_{};
    std::vector<Descriptor> taken_;
};

TEST(Dial, a_process_without_descriptors_blames_itself) {
    const ScriptedServer server(silent());
    NoDescriptorsLeft none;
    none.spare(3);  // what an io_context needs: epoll, its timer, its wake-up
    TargetRun wanted;
    wanted.url = tcp(server.port());
    EXPECT_EQ(failure_of(run_once(wanted)), "connect local.descriptors");
}

}  // namespace
}  // namespace plumb::test
