// What the tcp probe says and waits for once connected, which family it takes, and what the kernel tells.
#include "tests/integration/net/run_target.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Outcome run_tcp(std::uint16_t port, const std::string& query, std::chrono::milliseconds timeout = 10s) {
    TargetRun wanted;
    wanted.url = "tcp://127.0.0.1:" + std::to_string(port) + query;
    wanted.timeout = timeout;
    auto outcome = run_once(wanted);
    expect_sound(outcome);
    return outcome;
}

std::string refusal(const std::string& url) {
    TargetRun wanted;
    wanted.url = url;
    try {
        run_once(wanted);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "accepted";
}

// A server of lines: greets, answers each line, and remembers nothing.
Script line_server() {
    return [](Connection& connection) {
        connection.write("220 line server\r\n");
        for (auto line = connection.read_until("\n"); !line.empty(); line = connection.read_until("\n")) {
            if (line.starts_with("QUIT")) {
                connection.write("221 bye\r\n");
                return;
            }
            connection.write("250 got " + line);
        }
    };
}

TEST(Exchange, steps_are_said_and_awaited_in_turn) {
    const ScriptedServer server(line_server());
    const auto outcome = run_tcp(
        server.port(), R"(?expect=^220 &send.2=ONE\r\n&expect.2=^250 got&send.3=QUIT\r\n&expect.3=^221)");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "exchange"));
    EXPECT_EQ(fact_of(outcome, "tcp.answer"), "221 bye");
    EXPECT_TRUE(outcome.rtt);
}

TEST(Exchange, an_answer_that_does_not_match_is_unexpected) {
    const ScriptedServer server(line_server());
    const auto waiting = run_tcp(server.port(), "?expect=^500", 300ms);
    EXPECT_EQ(failure_of(waiting), "exchange peer.unexpected");
    EXPECT_THAT(waiting.failure->detail, HasSubstr("no match in “220 line server"));
    const auto ended = run_tcp(server.port(), R"(?send=QUIT\r\n&expect=^500)");
    EXPECT_EQ(failure_of(ended), "exchange peer.unexpected");
}

TEST(Exchange, silence_half_a_line_and_the_end_are_told_apart) {
    const ScriptedServer half(saying("22"));
    EXPECT_EQ(failure_of(run_tcp(half.port(), "?expect=^220", 300ms)), "exchange peer.timeout");
    const ScriptedServer gone(closing());
    EXPECT_EQ(failure_of(run_tcp(gone.port(), "?expect=^220")), "exchange peer.closed");
    const ScriptedServer reset(resetting());
    EXPECT_EQ(failure_of(run_tcp(reset.port(), "?send=x&expect=^220")), "exchange peer.reset");
}

TEST(Exchange, a_flood_is_cut) {
    const ScriptedServer server(flooding("", std::string(4096, 'x')));
    EXPECT_EQ(failure_of(run_tcp(server.port(), "?send=x&expect=y")), "exchange peer.too_large");
}

TEST(Exchange, what_was_sent_is_a_secret_wherever_it_comes_back) {
    const ScriptedServer server(line_server());
    const std::string query = R"(?expect=220&send.2=AUTH hunter2secret\r\n&expect.2=^5)";
    TargetRun wanted;
    wanted.url = "tcp://127.0.0.1:" + std::to_string(server.port()) + query;
    wanted.timeout = 300ms;
    const auto outcome = run_once(wanted);
    expect_sound(outcome, {"hunter2secret"});
    EXPECT_EQ(failure_of(outcome), "exchange peer.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("***"));
    EXPECT_THAT(outcome.target, HasSubstr("send.2=***"));
    EXPECT_THAT(outcome.target, HasSubstr("expect.2=^5"));
}

TEST(Exchange, control_characters_of_the_peer_are_escaped) {
    const ScriptedServer server(saying("\x1b[31mred\r\n"));
    const auto outcome = run_tcp(server.port(), "?expect=red");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(fact_of(outcome, "tcp.answer"), Not(HasSubstr("\x1b")));
}

TEST(Family, only_addresses_of_the_one_that_is_asked_for_are_tried) {
    const ScriptedServer server(silent());
    std::atomic<int> asked_for_v6{0};
    const UdpServer names([&asked_for_v6](const std::string& query) {
        if (dns_question_type(query) == 1) return dns_response(query, 0, 1, dns_a_record(30, 127, 0, 0, 1));
        ++asked_for_v6;
        return dns_response(query, 0);
    });
    TargetRun wanted;
    wanted.name_servers = {names.address()};
    wanted.url = "tcp://db.test:" + std::to_string(server.port()) + "?family=4";
    const auto v4 = run_once(wanted);
    EXPECT_EQ(failure_of(v4), "ok");
    EXPECT_EQ(fact_of(v4, "tcp.family"), "IPv4");
    EXPECT_EQ(asked_for_v6, 0);
    wanted.url = "tcp://db.test:" + std::to_string(server.port()) + "?family=6";
    const auto v6 = run_once(wanted);
    EXPECT_EQ(failure_of(v6), "resolve dns.no_data");
    EXPECT_THAT(v6.failure->detail, HasSubstr("no address of IPv6"));
}

TEST(Kernel, tells_of_the_path) {
    const ScriptedServer server(silent());
    const auto outcome = run_tcp(server.port(), "");
    const auto mtu = std::stoi(fact_of(outcome, "tcp.path_mtu"));
    const auto mss = std::stoi(fact_of(outcome, "tcp.mss"));
    EXPECT_GT(mss, 500);
    EXPECT_LT(mss, mtu);
    EXPECT_THAT(fact_of(outcome, "tcp.window_scaling"), testing::AnyOf("on", "off"));
    EXPECT_EQ(outcome.retransmits, 0U);
}

TEST(OldForms, of_ipv4_are_addresses) {
    const ScriptedServer server(silent());
    for (const char* host : {"127.1", "2130706433", "0x7f000001", "0177.0.0.1"}) {
        TargetRun wanted;
        wanted.url = "tcp://" + std::string(host) + ":" + std::to_string(server.port());
        const auto outcome = run_once(wanted);
        EXPECT_EQ(failure_of(outcome), "ok") << host;
        EXPECT_EQ(outcome.address, "127.0.0.1:" + std::to_string(server.port())) << host;
    }
}

TEST(Options, that_cannot_be_meant_are_refused_with_what_would_be_right) {
    EXPECT_THAT(refusal("tcp://h:1?family=5"), HasSubstr("4, 6 or auto"));
    EXPECT_THAT(refusal("tcp://127.0.0.1:1?family=6"), HasSubstr("other family"));
    EXPECT_THAT(refusal("tcp://h:1?starttls=xmpp"), HasSubstr("smtp, imap"));
    EXPECT_THAT(refusal("tcp://h:1?ca=/x"), HasSubstr("add starttls="));
    EXPECT_THAT(refusal("tcp://h:1?send=\\q"), HasSubstr("behind a backslash"));
    EXPECT_THAT(refusal("tcp://h:1?send="), HasSubstr("1 to 4096 bytes"));
    EXPECT_THAT(refusal("tcp://h:1?expect=("), HasSubstr("missing )"));
    EXPECT_THAT(refusal("tcp://h:1?send.9=x"), HasSubstr("unknown option"));
}

}  // namespace
}  // namespace plumb::test
