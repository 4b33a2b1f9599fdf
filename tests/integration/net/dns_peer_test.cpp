// Name servers that misbehave, asked by the dns probe and by a probe that needs an address: each run ends
// within its deadline and says the same of the same peer.
#include "probes/net/resolver.hpp"
#include "tests/integration/net/name_servers.hpp"
#include "tests/integration/net/run_target.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr int kTypeA = 1;

std::string loopback_record() {
    return dns_a_record(60, 127, 0, 0, 1);
}

// The whole answer with one record: name, type A, class IN, a time to live and `data` with its length.
std::string answer_with_data(const std::string& query, const std::string& data) {
    const std::string head("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00", 11);
    return dns_response(query, 0, 1, head + static_cast<char>(data.size()) + data);
}

// The answer to another question, with the right id.
std::string answer_to_another(std::string query) {
    query[13] ^= 3;
    return dns_response(query, 0, 1, loopback_record());
}

// Answers A with one code and AAAA with another.
UdpServer::Script answering_codes(int for_a, int for_aaaa) {
    return [for_a, for_aaaa](const std::string& query) {
        return dns_response(query, dns_question_type(query) == kTypeA ? for_a : for_aaaa);
    };
}

Outcome ask_by_dns(const UdpServer& server, std::chrono::milliseconds timeout = 300ms) {
    TargetRun wanted;
    wanted.url = "dns://db.test?server=" + server.address();
    wanted.timeout = timeout;
    auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_LT(outcome.total, timeout + 2s);
    return outcome;
}

Outcome ask_by_tcp(const std::vector<std::string>& servers, std::chrono::milliseconds timeout = 300ms) {
    TargetRun wanted;
    wanted.url = "tcp://db.test:1";
    wanted.timeout = timeout;
    wanted.name_servers = servers;
    auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_LT(outcome.total, timeout + 2s);
    return outcome;
}

struct Peer {
    const char* name;
    UdpServer::Script script;
    const char* failure;
};

TEST(DnsPeer, that_misbehaves_ends_within_the_deadline_with_its_cause) {
    const std::vector<Peer> peers{
        {"silent", [](const auto&) { return std::nullopt; }, "resolve dns.timeout"},
        {"garbage", [](const auto&) { return garbage().substr(0, 300); }, "resolve dns.malformed"},
        {"one byte", [](const auto& q) { return q.substr(0, 1); }, "resolve dns.malformed"},
        {"wrong id", [](const auto& q) { return "xy" + dns_response(q, 0).substr(2); },
         "resolve dns.malformed"},
        {"another question", answer_to_another, "resolve dns.malformed"},
        {"the question itself", [](const auto& q) { return q; }, "resolve dns.malformed"},
        {"formerr", answering_codes(1, 1), "resolve dns.malformed"},
        {"servfail", answering_codes(2, 2), "resolve dns.servfail"},
        {"nxdomain", answering_codes(3, 3), "resolve dns.nxdomain"},
        {"notimp", answering_codes(4, 4), "resolve dns.refused"},
        {"refused", answering_codes(5, 5), "resolve dns.refused"},
        {"another code", answering_codes(9, 9), "resolve dns.refused"},
        {"no data", answering_codes(0, 0), "resolve dns.no_data"},
        {"record beyond the end", [](const auto& q) { return dns_response(q, 0, 1, "\xc0"); },
         "resolve dns.malformed"},
        {"pointer to itself",
         [](const auto& q) { return dns_response(q, 0, 1, "\xc0\x19" + std::string(14, '\1')); },
         "resolve dns.malformed"},
        {"pointer forward",
         [](const auto& q) { return dns_response(q, 0, 1, std::string("\xc0\xff\x00\x01", 4)); },
         "resolve dns.malformed"},
        {"fewer records than it says",
         [](const auto& q) { return dns_response(q, 0, 5000, loopback_record()); }, "resolve dns.malformed"},
    };
    for (const auto& peer : peers) {
        const UdpServer server(peer.script);
        EXPECT_EQ(failure_of(ask_by_dns(server)), peer.failure) << peer.name;
        EXPECT_EQ(failure_of(ask_by_tcp({server.address()})), peer.failure) << peer.name;
    }
}

TEST(DnsPeer, that_sends_an_address_of_five_bytes_is_malformed) {
    const UdpServer server([](const auto& query) { return answer_with_data(query, "12345"); });
    EXPECT_EQ(failure_of(ask_by_dns(server)), "resolve dns.malformed");
}

TEST(DnsPeer, whose_datagrams_answer_nothing_is_told_from_silence) {
    const UdpServer server(answer_to_another);
    EXPECT_THAT(ask_by_dns(server).failure->detail, HasSubstr("answers none of the questions"));
}

TEST(DnsPeer, a_forged_answer_before_the_real_one_is_passed_over) {
    const UdpServer server([](const auto& query) -> std::optional<std::string> {
        static int number = 0;
        if (number++ == 0) return answer_to_another(query);
        return dns_response(query, 0, 1, loopback_record());
    });
    EXPECT_EQ(failure_of(ask_by_dns(server, 2s)), "ok");
}

// c-ares tells of the two answers the one that came last.
TEST(DnsPeer, an_error_for_one_family_is_not_hidden_by_no_data_for_the_other) {
    for (const auto& [code, failure] : {std::pair(2, "resolve dns.servfail"), {5, "resolve dns.refused"}}) {
        const UdpServer for_a(answering_codes(code, 0));
        EXPECT_EQ(failure_of(ask_by_tcp({for_a.address()})), failure);
        const UdpServer for_aaaa(answering_codes(0, code));
        EXPECT_EQ(failure_of(ask_by_tcp({for_aaaa.address()})), failure);
    }
    const UdpServer half(answering_codes(2, 0));
    const UdpServer knowing(answering_codes(3, 3));
    EXPECT_EQ(failure_of(ask_by_tcp({half.address(), knowing.address()})), "resolve dns.nxdomain");
}

TEST(DnsPeer, that_keeps_one_of_two_answers_back_is_told_from_silence) {
    const UdpServer server([](const auto& query) -> std::optional<std::string> {
        if (dns_question_type(query) != kTypeA) return std::nullopt;
        return dns_response(query, 0, 1, loopback_record());
    });
    const auto outcome = ask_by_tcp({server.address()});
    EXPECT_EQ(failure_of(outcome), "resolve dns.timeout");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("only a part of the questions"));
}

TEST(DnsOverTcp, that_misbehaves_ends_within_the_deadline_with_its_cause) {
    const auto half = [](Connection& connection) {
        read_question(connection);
        connection.write(std::string("\xff\xff\x00\x01", 4));
        connection.hang();
    };
    const auto babbling = [](Connection& connection) {
        while (!read_question(connection).empty())
            connection.write(framed(garbage().substr(0, 300)));
    };
    const std::vector<std::pair<Script, std::string>> peers{
        {silent(), "resolve dns.timeout"},
        {half, "resolve dns.timeout"},
        {dripping(std::string(500, '\xff'), 20ms), "resolve dns.timeout"},
        {closing_after_request(), "resolve dns.unreachable"},
        {resetting(), "resolve dns.unreachable"},
    };
    for (const auto& [script, failure] : peers) {
        const LongAnswers server(script);
        for (const auto& outcome :
             {ask_by_dns(server.datagrams(), 700ms), ask_by_tcp({server.datagrams().address()}, 700ms)}) {
            EXPECT_EQ(failure_of(outcome), failure);
            EXPECT_THAT(outcome.failure->detail, HasSubstr("too long for a datagram"));
        }
    }
    const LongAnswers babbler(babbling);
    for (const auto& outcome :
         {ask_by_dns(babbler.datagrams(), 700ms), ask_by_tcp({babbler.datagrams().address()}, 700ms)}) {
        EXPECT_EQ(failure_of(outcome), "resolve dns.malformed");
        EXPECT_THAT(outcome.failure->detail, HasSubstr("answers none of the questions"));
    }
    const UdpServer without_tcp(truncated);
    if (can_connect(without_tcp.port())) return;  // somebody listens there
    EXPECT_EQ(failure_of(ask_by_dns(without_tcp)), "resolve dns.unreachable");
}

TEST(DnsOverTcp, a_slow_answer_counts_until_the_deadline) {
    const LongAnswers server([](Connection& connection) {
        const auto query = read_question(connection);
        if (!connection.pause(600ms)) return;
        connection.write(framed(dns_response(query, 0, 1, loopback_record())));
        connection.wait_for_close();
    });
    EXPECT_EQ(failure_of(ask_by_dns(server.datagrams(), 10s)), "ok");
}

TEST(DnsOverTcp, a_giant_answer_is_read_and_kept_within_bounds) {
    const LongAnswers server([](Connection& connection) {
        const auto query = read_question(connection);
        std::string records;
        const auto text = "\xff" + std::string(255, 't');
        for (int i = 0; i < 200; ++i)
            records += std::string("\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x01\x00", 12) + text;
        connection.write(framed(dns_response(query, 0, 200, records)));
        connection.wait_for_close();
    });
    TargetRun wanted;
    wanted.url = "dns://db.test?type=TXT&expect=nothing&server=" + server.datagrams().address();
    const auto outcome = run_once(wanted);
    EXPECT_EQ(failure_of(outcome), "resolve dns.unexpected");
    EXPECT_LT(outcome.failure->detail.size(), 1024U);
}

// Each address costs a resolver a question to the kernel, and a list is walked for each record.
TEST(DnsOverTcp, of_thousands_of_addresses_some_are_kept) {
    const LongAnswers server([](Connection& connection) {
        for (auto query = read_question(connection); !query.empty(); query = read_question(connection)) {
            std::string records;
            for (int i = 0; i < 4000; ++i)
                records +=
                    dns_a_record(60, 127, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i));
            const bool of_v4 = dns_question_type(query) == kTypeA;
            connection.write(framed(of_v4 ? dns_response(query, 0, 4000, records) : dns_response(query, 0)));
        }
    });
    boost::asio::io_context context(1);
    const auto resolver = net::Resolver::make(context.get_executor(), {server.datagrams().address()}).value();
    const auto answer = run_coroutine_test(context, resolver->resolve("many.test", Clock::now() + 10s));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->addresses.size(), 32U);
    EXPECT_EQ(answer->addresses.at(0).to_string().substr(0, 6), "127.1.");

    const auto asked = ask_by_dns(server.datagrams(), 10s);
    EXPECT_EQ(failure_of(asked), "ok");
    EXPECT_EQ(fact_of(asked, "dns.answers"), "256");
}

// Which of the names that the search list makes of `host` a server knows.
std::string resolved_with_search(const std::string& host, const std::string& known) {
    const UdpServer server([&known](const std::string& query) {
        if (query.find(known) == std::string::npos) return dns_response(query, 3);
        if (dns_question_type(query) != kTypeA) return dns_response(query, 0);
        return dns_response(query, 0, 1, loopback_record());
    });
    boost::asio::io_context context(1);
    auto conf = net::parse_resolv_conf("search stage.internal prod.internal\noptions ndots:2\n");
    conf = net::with_servers(conf, {server.address()}).value();
    const auto resolver = net::Resolver::with(context.get_executor(), conf).value();
    const auto answer = run_coroutine_test(context, resolver->resolve(host, Clock::now() + 10s));
    return answer ? answer->addresses.at(0).to_string() : std::string(to_string(answer.error().cause));
}

TEST(Search, a_short_name_is_looked_for_in_the_domains_of_the_task) {
    const std::string in_prod(
        "\x02"
        "db\x04"
        "prod\x08"
        "internal\x00",
        18);
    EXPECT_EQ(resolved_with_search("db", in_prod), "127.0.0.1");
    EXPECT_EQ(resolved_with_search("db.prod.internal", in_prod), "127.0.0.1");
    EXPECT_EQ(resolved_with_search("db.prod.internal.", in_prod), "127.0.0.1");
    EXPECT_EQ(resolved_with_search("db.", in_prod), "dns.nxdomain");
    EXPECT_EQ(resolved_with_search("cache", in_prod), "dns.nxdomain");
}

}  // namespace
}  // namespace plumb::test
