#include "tests/integration/net/run_target.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/udp_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// A real dnsmasq that knows the zone "test"; what lies under fail.test it asks a server that answers
// SERVFAIL.
class DnsMasq {
  public:
    DnsMasq() : process_(spec()) { process_.wait_until_listening(port_); }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    ChildSpec spec() const {
        ChildSpec spec;
        spec.command = {program("dnsmasq"),
                        "--keep-in-foreground",
                        "--conf-file=/dev/null",
                        "--no-resolv",
                        "--no-hosts",
                        "--listen-address=127.0.0.1",
                        "--bind-interfaces",
                        "--pid-file=",
                        "--port=" + std::to_string(port_),
                        "--local=/test/",
                        "--server=/fail.test/127.0.0.1#" + std::to_string(failing_.port()),
                        "--host-record=db.test,10.0.1.7,60",
                        "--host-record=two.test,10.0.1.7",
                        "--host-record=six.test,2001:db8::7",
                        "--host-record=here.test,127.0.0.1",
                        "--address=/many.test/10.0.0.1",
                        "--address=/many.test/8.8.8.8",
                        "--cname=alias.test,middle.test",
                        "--cname=middle.test,db.test",
                        "--mx-host=db.test,mail.test,10",
                        "--srv-host=_pg._tcp.test,db.test,5432,1,2",
                        "--txt-record=db.test,hello",
                        "--caa-record=db.test,0,issue,ca.test"};
        spec.unprivileged_user = "nobody";
        spec.output_file = output_.file("dnsmasq.log");
        return spec;
    }

    TempDir output_;
    UdpServer failing_{[](const std::string& query) { return dns_response(query, 2); }};
    std::uint16_t port_ = free_port();
    ChildProcess process_;
};

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
}

TEST_F(Dns, the_chain_of_names_is_counted) {
    const auto outcome = ask("alias.test");
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "dns.cnames"), "2");
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
