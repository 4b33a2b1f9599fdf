#include "tests/integration/net/name_servers.hpp"
#include "tests/integration/net/run_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class Dns : public testing::Test {
  protected:
    static void SetUpTestSuite() { server_ = std::make_unique<DnsMasq>(); }
    static void TearDownTestSuite() { server_.reset(); }

    static Outcome ask(const std::string& name, const std::string& query = "") {
        TargetRun wanted;
        wanted.url = "dns://" + name + "?server=" + server_->address() + query;
        auto outcome = run_once(wanted);
        expect_sound(outcome);
        return outcome;
    }
    static std::string refusal(const std::string& query) {
        TargetRun wanted;
        wanted.url = "dns://" + query;
        try {
            run_once(wanted);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "accepted";
    }
    static const DnsMasq& server() { return *server_; }

  private:
    static inline std::unique_ptr<DnsMasq> server_;
};

TEST_F(Dns, an_address_is_found_with_its_shape) {
    const auto outcome = ask("db.test");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve"));
    EXPECT_EQ(fact_of(outcome, "dns.rcode"), "NOERROR");
    EXPECT_EQ(fact_of(outcome, "dns.answers"), "1");
    EXPECT_EQ(fact_of(outcome, "dns.cnames"), "0");
    EXPECT_EQ(fact_of(outcome, "dns.scope"), "private");
    EXPECT_EQ(fact_of(outcome, "dns.ttl"), "1-60 s");
    EXPECT_EQ(fact_of(outcome, "dns.resolver"), server().address());
    EXPECT_EQ(fact_of(outcome, "dns.server"), server().address());
    EXPECT_EQ(outcome.address, server().address());
    EXPECT_EQ(fact_of(outcome, "dns.answer"), "10.0.1.7");
    EXPECT_EQ(fact_of(outcome, "dns.name"), "db.test");
    const auto said = said_in(outcome);
    ASSERT_EQ(said.size(), 2U) << testing::PrintToString(said);
    EXPECT_EQ(said[0], "> A db.test to " + server().address());
    EXPECT_THAT(said[1], testing::StartsWith("< NOERROR: 10.0.1.7, kept for "));
    EXPECT_EQ(fact_of(outcome, "dns.aa"), "yes");
    EXPECT_EQ(fact_of(outcome, "dns.ad"), "no");
    EXPECT_EQ(fact_of(outcome, "dns.transport"), "udp");
    EXPECT_EQ(fact_of(outcome, "dns.servers_ok"), "all");
    EXPECT_EQ(fact_of(outcome, "dns.servers_agree"), "yes");
    EXPECT_THAT(fact_of(outcome, "dns.ndots"), testing::MatchesRegex("[0-9]+"));
    EXPECT_NE(fact_of(outcome, "dns.search"), "(absent)");
    ASSERT_EQ(outcome.attempts.size(), 1U);
    EXPECT_EQ(outcome.attempts[0].address, server().address());
    EXPECT_FALSE(outcome.attempts[0].failed);
}

TEST_F(Dns, the_transport_can_be_chosen) {
    EXPECT_EQ(fact_of(ask("db.test", "&transport=tcp"), "dns.transport"), "tcp");
    EXPECT_EQ(fact_of(ask("db.test", "&transport=udp"), "dns.transport"), "udp");
}

TEST_F(Dns, a_code_that_is_expected_is_success) {
    EXPECT_EQ(failure_of(ask("nobody.test", "&rcode=nxdomain")), "ok");
    EXPECT_EQ(fact_of(ask("nobody.test", "&rcode=NXDOMAIN"), "dns.rcode"), "NXDOMAIN");
    EXPECT_EQ(failure_of(ask("x.fail.test", "&rcode=SERVFAIL")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&rcode=NOERROR")), "ok");
    const auto outcome = ask("db.test", "&rcode=NXDOMAIN");
    EXPECT_EQ(failure_of(outcome), "resolve dns.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("expected NXDOMAIN, got NOERROR"));
}

TEST_F(Dns, too_few_answers_are_unexpected) {
    EXPECT_EQ(failure_of(ask("many.test", "&min_answers=2")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&type=AAAA&min_answers=0")), "ok");
    const auto outcome = ask("many.test", "&min_answers=3");
    EXPECT_EQ(failure_of(outcome), "resolve dns.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("expected at least 3 answers, got 2"));
}

TEST_F(Dns, every_address_must_lie_in_an_expected_network) {
    EXPECT_EQ(failure_of(ask("db.test", "&cidr=192.168.0.0/16,10.0.1.0/24")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&cidr=10.0.1.7")), "ok");
    EXPECT_EQ(failure_of(ask("six.test", "&type=AAAA&cidr=2001:db8::/32")), "ok");
    EXPECT_EQ(failure_of(ask("six.test", "&type=AAAA&cidr=10.0.0.0/8")), "resolve dns.unexpected");
    const auto outcome = ask("many.test", "&cidr=10.0.0.0/8");
    EXPECT_EQ(failure_of(outcome), "resolve dns.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("8.8.8.8"));
}

TEST_F(Dns, options_that_cannot_be_meant_are_refused_with_what_would_be_right) {
    EXPECT_THAT(refusal("db.test?type=X"), HasSubstr("HTTPS"));
    EXPECT_THAT(refusal("db.test?transport=tls"), HasSubstr("auto, udp or tcp"));
    EXPECT_THAT(refusal("db.test?rcode=GONE"), HasSubstr("NXDOMAIN"));
    EXPECT_THAT(refusal("db.test?rcode=NXDOMAIN&cidr=10.0.0.0/8"), HasSubstr("holds no records"));
    EXPECT_THAT(refusal("db.test?rcode=NXDOMAIN&min_answers=0"), HasSubstr("holds no records"));
    EXPECT_THAT(refusal("db.test?min_answers=-1"), HasSubstr("from 0 to"));
    EXPECT_THAT(refusal("db.test?cidr=10.0.0.0/33"), HasSubstr("10.0.0.0/8,fd00::/8"));
    EXPECT_THAT(refusal("db.test?type=TXT&cidr=10.0.0.0/8"), HasSubstr("type=A"));
    EXPECT_THAT(refusal("127.1"), HasSubstr("type=PTR"));
    EXPECT_THAT(refusal("db.test?expect=banana"), HasSubstr("IPv4 addresses where type=A"));
    EXPECT_THAT(refusal("db.test?type=AAAA&expect=10.0.0.1"), HasSubstr("IPv6 addresses where type=AAAA"));
    EXPECT_THAT(refusal("db.test:5353"), HasSubstr("a port belongs to the server"));
    EXPECT_THAT(refusal("ns.test/db.test"), HasSubstr("stands where the host does"));
    EXPECT_THAT(refusal("10.0.0.1?type=PTR&search=1"), HasSubstr("needs a name"));
    EXPECT_THAT(refusal("db.test?server=banana"), HasSubstr("IP:PORT"));
    EXPECT_THAT(refusal("db.test?server=10.0.0.1,"), HasSubstr("IP:PORT"));
    EXPECT_THAT(refusal("db.test?servers=10.0.0.1"), HasSubstr("did you mean 'server'"));
}

TEST_F(Dns, the_chain_of_names_is_counted) {
    const auto outcome = ask("alias.test");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "dns.cnames"), "2");
    EXPECT_EQ(fact_of(outcome, "dns.chain"), "middle.test > db.test");
    EXPECT_EQ(fact_of(outcome, "dns.answers"), "1");
}

TEST_F(Dns, public_and_private_answers_together_are_mixed) {
    EXPECT_EQ(fact_of(ask("many.test"), "dns.scope"), "mixed");
}

TEST_F(Dns, a_name_that_does_not_exist_is_nxdomain) {
    const auto outcome = ask("nobody.test");
    EXPECT_EQ(failure_of(outcome), "resolve dns.nxdomain");
    EXPECT_EQ(fact_of(outcome, "dns.rcode"), "NXDOMAIN");
}

TEST_F(Dns, a_name_without_that_type_is_no_data) {
    const auto outcome = ask("db.test", "&type=AAAA");
    EXPECT_EQ(failure_of(outcome), "resolve dns.no_data");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("AAAA"));
    EXPECT_EQ(fact_of(outcome, "dns.rcode"), "NOERROR");
}

TEST_F(Dns, servfail_and_refused_are_told_apart) {
    const auto failing = ask("x.fail.test");
    EXPECT_EQ(failure_of(failing), "resolve dns.servfail");
    EXPECT_EQ(fact_of(failing, "dns.rcode"), "SERVFAIL");
    const auto refusing = ask("somewhere.example");
    EXPECT_EQ(failure_of(refusing), "resolve dns.refused");
    EXPECT_EQ(fact_of(refusing, "dns.rcode"), "REFUSED");
}

TEST_F(Dns, other_types_can_be_asked_for_and_expected) {
    EXPECT_EQ(failure_of(ask("db.test", "&type=mx&expect=10 mail.test")), "ok");
    EXPECT_EQ(failure_of(ask("_pg._tcp.test", "&type=SRV&expect=1 2 5432 db.test")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&type=TXT&expect=\"hello\"")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&type=CAA&expect=0 issue \"ca.test\"")), "ok");
    EXPECT_EQ(failure_of(ask("alias.test", "&type=CNAME&expect=middle.test")), "ok");
    EXPECT_EQ(failure_of(ask("six.test", "&type=AAAA&expect=2001:db8::7")), "ok");
    EXPECT_EQ(failure_of(ask("10.0.1.7", "&type=PTR&expect=db.test")), "ok");
    EXPECT_EQ(failure_of(ask("10.0.263", "&type=PTR&expect=db.test")), "ok");  // 10.0.1.7 (inet_aton)
    EXPECT_EQ(failure_of(ask("web.test", "&type=HTTPS&expect=1 . alpn=h2 port=80")), "ok");
    EXPECT_EQ(failure_of(ask("web.test", "&type=TYPE65&expect=1 . alpn=h2 port=80")), "ok");
}

TEST_F(Dns, a_value_may_be_expected_as_a_person_or_a_zone_file_writes_it) {
    EXPECT_EQ(failure_of(ask("db.test", "&type=MX&expect=10  Mail.TEST.")), "ok");
    EXPECT_EQ(failure_of(ask("_pg._tcp.test", "&type=SRV&expect=1 2 5432 DB.test.")), "ok");
    EXPECT_EQ(failure_of(ask("alias.test", "&type=CNAME&expect=Middle.test.")), "ok");
    EXPECT_EQ(failure_of(ask("six.test", "&type=AAAA&expect=2001:DB8:0::0007")), "ok");
    EXPECT_EQ(failure_of(ask("db.test", "&type=TXT&expect=hello")), "ok");
    EXPECT_EQ(failure_of(ask("web.test", "&type=HTTPS&expect=1 . alpn=h2 port=80")), "ok");
}

TEST_F(Dns, a_long_value_is_held_against_the_whole_of_the_expected_one) {
    const auto part = '"' + std::string(200, 'k') + '"';
    EXPECT_EQ(failure_of(ask("long.test", "&type=TXT&expect=" + part + ' ' + part)), "ok");
    EXPECT_EQ(failure_of(ask("long.test", "&type=TXT&expect=" + part + ' ' + part + " \"more\"")),
              "resolve dns.unexpected");
}

TEST_F(Dns, an_answer_without_the_expected_value_is_unexpected) {
    const auto outcome = ask("db.test", "&expect=10.0.1.8");
    EXPECT_EQ(failure_of(outcome), "resolve dns.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("10.0.1.7"));
}

TEST_F(Dns, without_a_server_the_tasks_resolver_is_asked) {
    TargetRun wanted;
    wanted.url = "dns://db.test";
    wanted.name_servers = {server().address()};
    EXPECT_EQ(failure_of(run_once(wanted)), "ok");
}

TEST_F(Dns, names_that_a_connection_needs_fail_with_the_same_causes) {
    TargetRun wanted;
    wanted.name_servers = {server().address()};
    const auto failure = [&wanted](const std::string& name) {
        wanted.url = "tcp://" + name + ":5432";
        return failure_of(run_once(wanted));
    };
    EXPECT_EQ(failure("nobody.test"), "resolve dns.nxdomain");
    EXPECT_EQ(failure("_pg._tcp.test"), "resolve dns.no_data");
    EXPECT_EQ(failure("x.fail.test"), "resolve dns.servfail");
    EXPECT_EQ(failure("somewhere.example"), "resolve dns.refused");
}

TEST_F(Dns, a_connection_through_aliases_shows_the_shape_of_the_answer) {
    const ScriptedServer listener(silent());
    TargetRun wanted;
    wanted.name_servers = {server().address()};
    wanted.url = "tcp://here.test:" + std::to_string(listener.port());
    const auto outcome = run_once(wanted);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "dns.answers"), "1");
    wanted.url = "tcp://alias.test:1";
    wanted.timeout = 200ms;
    EXPECT_EQ(fact_of(run_once(wanted), "dns.cnames"), "2");
}

}  // namespace
}  // namespace plumb::test
