// The grpc probe against a real gRPC server with gRPC's own health service.
#include "probes/grpc/grpc.hpp"
#include "tests/integration/grpc/health_server.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::HealthServer;
using test::phases_of;
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;

std::string plain(const HealthServer& server, const std::string& rest = "") {
    return "grpc://127.0.0.1:" + std::to_string(server.port()) + rest;
}

class GrpcServer : public testing::Test {
  protected:
    static void SetUpTestSuite() { server = std::make_unique<HealthServer>(HealthServer::Spec{}); }
    static void TearDownTestSuite() { server.reset(); }

    static inline std::unique_ptr<HealthServer> server;
};

TEST_F(GrpcServer, that_serves_gives_phases_and_facts) {
    const Outcome outcome = run_probe(grpc_kind(), plain(*server));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "send", "first_byte", "transfer"));
    EXPECT_EQ(fact_of(outcome, "grpc.health"), "SERVING");
    EXPECT_EQ(fact_of(outcome, "grpc.status"), "OK");
    EXPECT_TRUE(outcome.rtt);
}

TEST_F(GrpcServer, says_of_each_service_whether_it_serves) {
    server->set_serving("shop.Orders", true);
    server->set_serving("shop.Stock", false);
    EXPECT_EQ(failure_of(run_probe(grpc_kind(), plain(*server, "/shop.Orders"))), "ok");
    const Outcome down = run_probe(grpc_kind(), plain(*server, "/shop.Stock"));
    EXPECT_EQ(failure_of(down), "first_byte grpc.not_serving");
    EXPECT_EQ(down.failure->detail, "the service shop.Stock is NOT_SERVING");
    EXPECT_EQ(fact_of(down, "grpc.health"), "NOT_SERVING");
    const Outcome unknown = run_probe(grpc_kind(), plain(*server, "/shop.Typo"));
    EXPECT_EQ(failure_of(unknown), "first_byte grpc.unknown_service");
    EXPECT_THAT(unknown.failure->detail, HasSubstr("shop.Typo"));
    EXPECT_EQ(fact_of(unknown, "grpc.status"), "NOT_FOUND");
}

TEST_F(GrpcServer, takes_metadata_and_an_authority) {
    const auto url =
        plain(*server, "?header=authorization:Bearer%20t0ken-word&header=x-a:b&authority=api.test");
    const Outcome outcome = run_probe(grpc_kind(), url);
    expect_sound(outcome, {"t0ken-word"});
    EXPECT_EQ(failure_of(outcome), "ok");
    const auto said = test::said_in(outcome);
    for (const char* words :
         {"> POST /grpc.health.v1.Health/Check, :authority api.test, authorization ***, x-a ***",
          "> HealthCheckRequest, service \"\"", "< HTTP/2 SETTINGS", "< HEADERS, :status 200",
          "< HealthCheckResponse, SERVING", "< grpc-status OK"}) {
        EXPECT_THAT(said, testing::Contains(words)) << testing::PrintToString(said);
    }
}

TEST_F(GrpcServer, is_left_after_the_connection_where_no_more_is_wanted) {
    test::RunOptions options;
    options.connect_only = true;
    const Outcome outcome = run_probe(grpc_kind(), plain(*server), options);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect"));
}

TEST(GrpcWithoutHealth, a_server_without_the_health_service_is_unimplemented) {
    HealthServer::Spec spec;
    spec.health_service = false;
    const HealthServer server(spec);
    const Outcome outcome = run_probe(grpc_kind(), plain(server));
    EXPECT_EQ(failure_of(outcome), "first_byte grpc.unimplemented");
    EXPECT_EQ(fact_of(outcome, "grpc.status"), "UNIMPLEMENTED");
}

class GrpcTls : public testing::Test {
  protected:
    std::string url(std::uint16_t port, const std::string& more = "") const {
        return "grpcs://127.0.0.1:" + std::to_string(port) + "?ca=" + ca + more;
    }
    test::TempDir folder;
    test::Authority authority;
    test::Issued identity = authority.issue();
    std::string ca = folder.write("ca.pem", authority.certificate());
};

TEST_F(GrpcTls, a_trusted_server_shows_its_handshake) {
    HealthServer::Spec spec;
    spec.identity = &identity;
    const HealthServer server(spec);
    const Outcome outcome = run_probe(grpc_kind(), url(server.port()));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "handshake", "send", "first_byte", "transfer"));
    EXPECT_EQ(fact_of(outcome, "tls.alpn"), "h2");
    EXPECT_EQ(failure_of(run_probe(grpc_kind(), url(server.port(), "&sni=other.test"))),
              "handshake tls.name_mismatch");
    EXPECT_EQ(failure_of(run_probe(grpc_kind(), plain(server))), "send peer.closed");
}

TEST_F(GrpcTls, a_server_that_does_not_agree_on_h2_is_told_apart) {
    test::TlsServerSpec spec;
    spec.identity = identity;
    const test::TlsServer server(spec);
    const Outcome outcome = run_probe(grpc_kind(), url(server.port()));
    EXPECT_EQ(failure_of(outcome), "handshake peer.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("ALPN"));
}

}  // namespace
}  // namespace plumb
