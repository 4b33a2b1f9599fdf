// Several name servers, the search list, and servers that stall: what the dns probe makes of them.
#include "probes/dns/dns.hpp"
#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"
#include "tests/integration/net/name_servers.hpp"
#include "tests/integration/net/run_target.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/coroutine.hpp"

#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

UdpServer::Script answering_with(std::uint8_t first_byte) {
    return [first_byte](const std::string& query) {
        return dns_response(query, 0, 1, dns_a_record(60, first_byte, 0, 0, 1));
    };
}

UdpServer::Script answering_code(int code) {
    return [code](const std::string& query) { return dns_response(query, code); };
}

// "ADDRESS ok" or "ADDRESS CAUSE" of each attempt.
std::vector<std::string> attempts_of(const Outcome& outcome) {
    std::vector<std::string> out;
    for (const auto& attempt : outcome.attempts)
        out.push_back(attempt.address + ' ' +
                      std::string(attempt.failed ? to_string(*attempt.failed) : "ok"));
    return out;
}

Outcome ask_system(const std::vector<std::string>& servers, Depth depth = Depth::inspect,
                   const std::string& query = "") {
    TargetRun wanted;
    wanted.url = "dns://db.test" + query;
    wanted.name_servers = servers;
    wanted.depth = depth;
    auto outcome = run_once(wanted);
    expect_sound(outcome);
    return outcome;
}

TEST(NameServers, every_configured_server_is_asked_and_a_bad_one_is_evidence) {
    const UdpServer good(answering_with(10));
    const UdpServer bad(answering_code(2));
    const auto outcome = ask_system({good.address(), bad.address()});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "inspect"));
    EXPECT_THAT(attempts_of(outcome), ElementsAre(good.address() + " ok", bad.address() + " dns.servfail"));
    EXPECT_EQ(fact_of(outcome, "dns.servers_ok"), "1 of 2");
    EXPECT_EQ(fact_of(outcome, "dns.servers_agree"), "no");
    EXPECT_EQ(fact_of(outcome, "dns.server"), good.address());
}

TEST(NameServers, the_next_one_is_asked_where_the_c_library_would_ask_it) {
    for (const int code : {2, 4, 5}) {
        const UdpServer bad(answering_code(code));
        const UdpServer good(answering_with(10));
        const auto outcome = ask_system({bad.address(), good.address()});
        EXPECT_EQ(failure_of(outcome), "ok") << code;
        EXPECT_THAT(phases_of(outcome), ElementsAre("resolve"));
        EXPECT_EQ(outcome.address, good.address());
        EXPECT_EQ(fact_of(outcome, "dns.servers_ok"), "1 of 2");
    }
    const UdpServer final_word(answering_code(3));
    const UdpServer good(answering_with(10));
    const auto outcome = ask_system({final_word.address(), good.address()});
    EXPECT_EQ(failure_of(outcome), "resolve dns.nxdomain");
    EXPECT_THAT(attempts_of(outcome),
                ElementsAre(final_word.address() + " dns.nxdomain", good.address() + " ok"));
    EXPECT_EQ(fact_of(outcome, "dns.servers_agree"), "no");
}

TEST(NameServers, a_dead_one_leaves_time_for_the_next) {
    const UdpServer dead;
    const UdpServer good(answering_with(10));
    TargetRun wanted;
    wanted.url = "dns://db.test";
    wanted.name_servers = {dead.address(), good.address()};
    wanted.timeout = 3s;
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(attempts_of(outcome), ElementsAre(dead.address() + " dns.timeout", good.address() + " ok"));
    EXPECT_GE(outcome.total, 1s) << "the wait for the dead one is part of the phase";
}

TEST(NameServers, the_wait_for_a_dead_one_counts_also_when_it_comes_last) {
    const UdpServer good(answering_with(10));
    const UdpServer also_good(answering_with(10));
    const UdpServer dead;
    TargetRun wanted;
    wanted.url = "dns://db.test";
    wanted.name_servers = {good.address(), also_good.address(), dead.address()};
    wanted.timeout = 600ms;
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    ASSERT_THAT(attempts_of(outcome), ElementsAre(good.address() + " ok", also_good.address() + " ok",
                                                  dead.address() + " dns.timeout"));
    EXPECT_GE(outcome.total, outcome.attempts[2].duration);
}

TEST(NameServers, one_that_was_not_asked_in_time_is_not_called_silent) {
    const UdpServer dead;
    const UdpServer good(answering_with(10));
    TargetRun wanted;
    wanted.url = "dns://db.test?limit.resolve=100ms";
    wanted.name_servers = {dead.address(), good.address()};
    wanted.depth = Depth::login;
    const auto hasty = run_once(wanted);
    expect_sound(hasty);
    EXPECT_EQ(failure_of(hasty), "resolve dns.timeout");
    EXPECT_THAT(attempts_of(hasty), ElementsAre(dead.address() + " dns.timeout"));
    wanted.depth = Depth::inspect;
    EXPECT_THAT(attempts_of(run_once(wanted)),
                ElementsAre(dead.address() + " dns.timeout", good.address() + " ok"));
}

TEST(NameServers, one_that_fails_is_followed_by_the_next_whatever_code_is_expected) {
    const UdpServer bad(answering_code(2));
    const UdpServer good(answering_code(3));
    const auto outcome = ask_system({bad.address(), good.address()}, Depth::inspect, "?rcode=NXDOMAIN");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(attempts_of(outcome), ElementsAre(bad.address() + " dns.unexpected", good.address() + " ok"));
}

TEST(NameServers, a_run_that_does_not_inspect_asks_only_until_one_answers) {
    const UdpServer first(answering_with(10));
    const UdpServer second(answering_with(10));
    const auto outcome = ask_system({first.address(), second.address()}, Depth::login);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(second.received(), 0);
    EXPECT_EQ(fact_of(outcome, "dns.servers_ok"), "(absent)");
}

TEST(NameServers, other_addresses_of_the_same_kind_are_agreement_and_of_another_kind_are_not) {
    const UdpServer ten(answering_with(10));
    const UdpServer other_private(answering_with(192));
    const UdpServer open(answering_with(8));
    UdpServer also_ten(answering_with(10));
    EXPECT_EQ(fact_of(ask_system({ten.address(), also_ten.address()}), "dns.servers_agree"), "yes");
    EXPECT_EQ(fact_of(ask_system({ten.address(), open.address()}), "dns.servers_agree"), "no");
    EXPECT_EQ(fact_of(ask_system({ten.address(), open.address()}), "dns.servers_ok"), "all");
}

TEST(NameServers, those_that_the_target_names_must_each_answer_and_take_turns) {
    const UdpServer good(answering_with(10));
    const UdpServer bad(answering_code(5));
    TargetRun wanted;
    wanted.url = "dns://db.test?server=" + good.address() + "," + bad.address();
    const auto inspecting = run_once(wanted);
    expect_sound(inspecting);
    EXPECT_EQ(failure_of(inspecting), "inspect dns.refused");
    EXPECT_THAT(phases_of(inspecting), ElementsAre("resolve", "inspect"));
    EXPECT_EQ(inspecting.address, good.address());

    wanted.depth = Depth::login;
    wanted.times = 4;
    std::vector<std::string> failures;
    for (const auto& outcome : run_target(wanted))
        failures.push_back(failure_of(outcome));
    EXPECT_THAT(failures, ElementsAre("ok", "resolve dns.refused", "ok", "resolve dns.refused"));
}

TEST(NameServers, one_that_was_named_and_is_dead_does_not_take_the_time_of_the_others) {
    const UdpServer dead;
    const UdpServer good(answering_with(10));
    TargetRun wanted;
    wanted.url = "dns://db.test?server=" + dead.address() + "," + good.address();
    wanted.timeout = 2s;
    const auto outcome = run_once(wanted);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "resolve dns.timeout");
    EXPECT_THAT(attempts_of(outcome), ElementsAre(dead.address() + " dns.timeout", good.address() + " ok"));
}

TEST(NameServers, are_asked_to_say_whether_they_checked_the_signatures) {
    const UdpServer server([](const std::string& query) {
        auto answer = dns_response(query, 0, 1, dns_a_record(60, 10, 0, 0, 1));
        answer[3] = static_cast<char>(answer[3] | (query[3] & 0x20));  // AD, where it was asked for
        return answer;
    });
    EXPECT_EQ(fact_of(ask_system({server.address()}), "dns.ad"), "yes");
}

UdpServer::Script mapped_address() {
    return [](const std::string& query) {
        const std::string head("\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10", 12);
        return dns_response(query, 0, 1,
                            head + std::string(10, '\0') + std::string("\xff\xff\x0a\x00\x00\x01", 6));
    };
}

TEST(NameServers, an_address_of_ipv4_in_ipv6_form_lies_where_it_lies_in_ipv4) {
    const UdpServer server(mapped_address());
    const auto failure = [&server](const std::string& networks) {
        return failure_of(ask_system({server.address()}, Depth::inspect, "?type=AAAA&cidr=" + networks));
    };
    EXPECT_EQ(failure("10.0.0.0/8"), "ok");
    EXPECT_EQ(failure("::ffff:10.0.0.0/104"), "ok");
    EXPECT_EQ(failure("::/0"), "ok");
    EXPECT_EQ(failure("0.0.0.0/0"), "ok");
    EXPECT_EQ(failure("::ffff:11.0.0.0/104"), "resolve dns.unexpected");
    EXPECT_EQ(failure("fd00::/8,192.168.0.0/16"), "resolve dns.unexpected");
    EXPECT_EQ(fact_of(ask_system({server.address()}, Depth::inspect, "?type=AAAA"), "dns.scope"), "private");
}

TEST(NameServers, an_answer_that_is_cut_short_says_so) {
    const UdpServer server([](const std::string& query) {
        auto answer = dns_response(query, 0, 1, dns_a_record(60, 10, 0, 0, 1));
        answer[2] = static_cast<char>(answer[2] | 0x02);  // TC
        return answer;
    });
    const auto part = ask_system({server.address()}, Depth::inspect, "?transport=udp");
    EXPECT_EQ(failure_of(part), "ok");
    EXPECT_EQ(fact_of(part, "dns.transport"), "udp, cut short");
    const auto few = ask_system({server.address()}, Depth::inspect, "?transport=udp&min_answers=2");
    ASSERT_EQ(failure_of(few), "resolve dns.unexpected");
    EXPECT_THAT(few.failure->detail, testing::HasSubstr("cut short"));
}

TEST(NameServers, records_of_another_name_do_not_answer) {
    const UdpServer server([](const std::string& query) {
        const std::string another("\x05other\x00\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x01",
                                  21);
        return dns_response(query, 0, 1, another);
    });
    EXPECT_EQ(failure_of(ask_system({server.address()})), "resolve dns.no_data");
}

// One run of a target whose resolver reads this resolv.conf, with the servers put into it.
Outcome ask_with(const std::string& url, const std::string& resolv_conf,
                 const std::vector<std::string>& servers) {
    boost::asio::io_context context(1);
    auto conf = net::with_servers(net::parse_resolv_conf(resolv_conf), servers).value();
    const auto resolver = net::Resolver::with(context.get_executor(), conf).value();
    Services services{context.get_executor(), *resolver};
    Target target;
    target.url = parse_url(url).value();
    target.timeout = 10s;
    auto prepared = Prepared::make(target, services).value();
    auto outcome = run_coroutine_test(context, prepared.run_once(), 30s);
    expect_sound(outcome);
    expect_declared(prepared.kind(), outcome);
    return outcome;
}

TEST(NameServers, that_the_app_uses_in_rotation_are_each_asked) {
    const UdpServer first(answering_with(10));
    const UdpServer second(answering_code(5));
    const UdpServer third(answering_with(10));
    const auto outcome =
        ask_with("dns://db.test", "options rotate\n", {first.address(), second.address(), third.address()});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(attempts_of(outcome), ElementsAre(first.address() + " ok", second.address() + " dns.refused",
                                                  third.address() + " ok"));
    EXPECT_EQ(fact_of(outcome, "dns.servers_ok"), "2 of 3");
}

TEST(NameServers, are_asked_in_their_order_whatever_stands_in_the_environment) {
    const UdpServer first(answering_code(3));
    const UdpServer second(answering_code(3));
    setenv("RES_OPTIONS", "rotate", 1);
    TargetRun wanted;
    wanted.url = "tcp://db.test:1";
    wanted.name_servers = {first.address(), second.address()};
    EXPECT_EQ(failure_of(run_once(wanted)), "resolve dns.nxdomain");
    unsetenv("RES_OPTIONS");
    EXPECT_EQ(first.received(), 2);
    EXPECT_EQ(second.received(), 0);
}

UdpServer::Script knowing(const std::string& label, int otherwise) {
    return [label, otherwise](const std::string& query) {
        if (query.find(label) == std::string::npos) return dns_response(query, otherwise);
        return dns_response(query, 0, 1, dns_a_record(60, 10, 0, 0, 1));
    };
}

TEST(SearchList, is_used_where_the_target_asks_for_it) {
    const std::string conf = "search stage.internal prod.internal\noptions ndots:2\n";
    const UdpServer server(knowing("\x04prod", 3));
    const auto plain = ask_with("dns://db", conf, {server.address()});
    EXPECT_EQ(failure_of(plain), "resolve dns.nxdomain");
    EXPECT_EQ(fact_of(plain, "dns.search"), "stage.internal prod.internal");
    EXPECT_EQ(fact_of(plain, "dns.ndots"), "2");

    const auto searched = ask_with("dns://db?search=1", conf, {server.address()});
    EXPECT_EQ(failure_of(searched), "ok");
    EXPECT_EQ(fact_of(searched, "dns.name"), "db.prod.internal");
    EXPECT_EQ(fact_of(searched, "dns.servers_ok"), "all");
    EXPECT_THAT(attempts_of(searched), ElementsAre(server.address() + " ok"));

    EXPECT_EQ(failure_of(ask_with("dns://db.?search=1", conf, {server.address()})), "resolve dns.nxdomain");
    EXPECT_EQ(failure_of(
                  ask_with("dns://cache?search=1&rcode=NXDOMAIN", "search a.internal\n", {server.address()})),
              "ok");
}

TEST(SearchList, tells_of_names_that_were_not_found_what_the_c_library_would) {
    const UdpServer failing(knowing("\x04none", 2));
    const auto unknown = ask_with("dns://db?search=1", "search a.internal\n", {failing.address()});
    EXPECT_EQ(failure_of(unknown), "resolve dns.servfail");
    // The first name exists, without an address; the next does not exist at all.
    const UdpServer half([](const std::string& query) {
        const bool searched = query.find(
                                  "\x01"
                                  "a") != std::string::npos;
        return dns_response(query, searched ? 0 : 3);
    });
    EXPECT_EQ(failure_of(ask_with("dns://db?search=1", "search a.internal\n", {half.address()})),
              "resolve dns.no_data");
}

TEST(DnsStalls, end_the_phase_in_which_they_happen) {
    const DnsMasq stopped;
    stopped.process().signal(SIGSTOP);
    const UdpServer good(answering_with(10));
    const LongAnswers no_stream(silent());
    const auto server = [](const std::string& address) { return "dns://db.test?server=" + address; };
    Stalls stalls(dns_kind());
    stalls.expect("resolve", "dns.timeout", server(stopped.address()));
    stalls.expect("resolve", "dns.timeout", server(stopped.address()) + "&transport=tcp");
    stalls.expect("resolve", "dns.timeout", server(no_stream.datagrams().address()));
    stalls.expect("inspect", "dns.timeout", server(good.address() + "," + stopped.address()));
    stalls.expect_complete();
    stopped.process().signal(SIGCONT);
}

}  // namespace
}  // namespace plumb::test
