// The probe against a real PostgreSQL with TLS: who is trusted, what is told, and where libpq falls back.
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/typed_input.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

PostgresSpec tls_spec(const Authority& authority, const CertificateSpec& certificate) {
    PostgresSpec spec;
    spec.identity = authority.issue(certificate);
    spec.client_authority = authority.certificate();
    spec.hba =
        "hostssl all only_tls 127.0.0.1/32 trust\n"
        "hostnossl all only_plain 127.0.0.1/32 trust\n"
        "hostssl all with_certificate 127.0.0.1/32 cert\n"
        "host all app 127.0.0.1/32 scram-sha-256\n";
    spec.setup =
        "CREATE ROLE only_tls LOGIN; CREATE ROLE only_plain LOGIN; CREATE ROLE with_certificate LOGIN;"
        "CREATE ROLE app LOGIN PASSWORD '" +
        std::string(kPassword) + "'";
    return spec;
}

class PostgresTls : public testing::Test {
  public:
    static void SetUpTestSuite() {
        authority_ = std::make_unique<Authority>();
        dir_ = std::make_unique<TempDir>();
        ca_ = dir_->write("ca.pem", authority_->certificate());
        server_ = std::make_unique<PostgresServer>(tls_spec(*authority_, {}));
    }
    static void TearDownTestSuite() {
        server_.reset();
        dir_.reset();
        authority_.reset();
    }

    static std::string url(const std::string& user, const std::string& options,
                           const std::string& host = "127.0.0.1") {
        return "postgresql://" + user + ":" + std::string(kPassword) + "@" + host + ":" +
               std::to_string(server_->port()) + "/postgres?" + options;
    }

    static std::unique_ptr<Authority> authority_;
    static std::unique_ptr<TempDir> dir_;
    static std::string ca_;
    static std::unique_ptr<PostgresServer> server_;
};

std::unique_ptr<Authority> PostgresTls::authority_;
std::unique_ptr<TempDir> PostgresTls::dir_;
std::string PostgresTls::ca_;
std::unique_ptr<PostgresServer> PostgresTls::server_;

TEST_F(PostgresTls, a_trusted_server_shows_its_session) {
    const auto outcome = run_postgres(url("app", "sslmode=verify-full&sslrootcert=" + ca_));
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "inspect"));
    EXPECT_EQ(fact_of(outcome, "postgres.ssl"), "on");
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
    EXPECT_EQ(fact_of(outcome, "tls.verify"), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.san_match"), "yes");
    EXPECT_EQ(fact_of(outcome, "tls.trust_store"), ca_);
    EXPECT_THAT(fact_of(outcome, "tls.issuer"), HasSubstr("Plumb Test Authority"));
    EXPECT_NE(fact_of(outcome, "tls.cipher"), "(absent)");
}

TEST_F(PostgresTls, the_handshake_is_told_between_the_request_for_it_and_the_login) {
    const auto said = said_in(run_postgres(url("app", "sslmode=verify-full&sslrootcert=" + ca_)));
    const auto place = [&](std::string_view words) {
        const auto found = std::find_if(said.begin(), said.end(), [words](const std::string& each) {
            return each.find(words) != std::string::npos;
        });
        EXPECT_NE(found, said.end()) << words << " in " << testing::PrintToString(said);
        return found - said.begin();
    };
    EXPECT_LT(place("> SSLRequest"), place("< S: TLS"));
    EXPECT_LT(place("< S: TLS"), place("> TLS ClientHello"));
    EXPECT_LT(place("> TLS ClientHello"), place("< TLS ServerHello, TLSv1."));
    EXPECT_LT(place("< TLS ServerHello"), place("< certificate of "));
    EXPECT_LT(place("< certificate of "), place("> StartupMessage"));
}

TEST_F(PostgresTls, an_unknown_authority_is_refused_before_the_password_goes_out) {
    const Authority stranger("Stranger");
    const auto ca = dir_->write("stranger.pem", stranger.certificate());
    const auto before = server_->log().size();
    const auto outcome = run_postgres(url("app", "sslmode=verify-full&sslrootcert=" + ca));
    EXPECT_EQ(failure_of(outcome), "handshake tls.unknown_authority");
    EXPECT_THAT(fact_of(outcome, "tls.issuer"), HasSubstr("Plumb Test Authority"));
    EXPECT_THAT(server_->log().substr(before), Not(HasSubstr("authorized: user=app")));
}

TEST_F(PostgresTls, another_host_name_matters_to_verify_full_and_not_to_verify_ca) {
    const auto options = "&sni=db.elsewhere.internal&sslrootcert=" + ca_;
    const auto full = run_postgres(url("app", "sslmode=verify-full" + options));
    EXPECT_EQ(failure_of(full), "handshake tls.name_mismatch");
    EXPECT_EQ(fact_of(full, "tls.san_match"), "no");
    EXPECT_EQ(failure_of(run_postgres(url("app", "sslmode=verify-ca" + options))), "ok");
}

TEST_F(PostgresTls, require_trusts_anybody_and_still_tells_what_it_saw) {
    const auto outcome = run_postgres(url("app", "sslmode=require"));
    ASSERT_EQ(failure_of(outcome), "ok") << outcome.failure->detail;
    EXPECT_EQ(fact_of(outcome, "postgres.ssl"), "on");
    EXPECT_NE(fact_of(outcome, "tls.verify"), "ok");
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
}

TEST_F(PostgresTls, a_trust_store_that_cannot_be_read_is_the_prober_s_own_fault) {
    const auto outcome = run_postgres(url("app", "sslmode=verify-full&sslrootcert=/nonexistent/ca.pem"));
    EXPECT_EQ(failure_of(outcome), "handshake local.trust_store");
}

TEST_F(PostgresTls, an_expired_certificate_is_refused_and_still_shows_its_issuer) {
    CertificateSpec old;
    old.valid_from_days = -30;
    old.valid_until_days = -2;
    const PostgresServer server(tls_spec(*authority_, old));
    const auto base = "postgres://app:" + std::string(kPassword) +
                      "@127.0.0.1:" + std::to_string(server.port()) + "/postgres?sslrootcert=" + ca_ +
                      "&sslmode=";
    const auto outcome = run_postgres(base + "verify-full");
    EXPECT_EQ(failure_of(outcome), "handshake tls.expired");
    EXPECT_THAT(fact_of(outcome, "tls.issuer"), HasSubstr("Plumb Test Authority"));
    EXPECT_EQ(fact_of(outcome, "tls.days_left").substr(0, 1), "-");
}

TEST_F(PostgresTls, prefer_uses_tls_and_goes_back_to_plain_only_where_the_server_s_rules_ask_for_it) {
    const auto tls = run_postgres(url("only_tls", "sslmode=prefer"));
    ASSERT_EQ(failure_of(tls), "ok") << tls.failure->detail;
    EXPECT_EQ(fact_of(tls, "postgres.ssl"), "on");
    const auto plain = run_postgres(url("only_plain", "sslmode=prefer"));
    ASSERT_EQ(failure_of(plain), "ok") << plain.failure->detail;
    EXPECT_EQ(fact_of(plain, "postgres.ssl"), "off");
    EXPECT_THAT(fact_of(plain, "postgres.ssl_fallback"), HasSubstr("postgres.not_authorized"));
    EXPECT_THAT(phases_of(plain),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "inspect"));
    EXPECT_EQ(plain.attempts.size(), 1U);
}

TEST_F(PostgresTls, allow_begins_plain_and_goes_over_to_tls_where_the_rules_ask_for_it) {
    const auto plain = run_postgres(url("only_plain", "sslmode=allow"));
    EXPECT_EQ(failure_of(plain), "ok");
    EXPECT_EQ(fact_of(plain, "postgres.ssl"), "off");
    const auto tls = run_postgres(url("only_tls", "sslmode=allow"));
    ASSERT_EQ(failure_of(tls), "ok") << tls.failure->detail;
    EXPECT_EQ(fact_of(tls, "postgres.ssl"), "on");
    EXPECT_EQ(fact_of(tls, "tls.version"), "TLSv1.3");
}

TEST_F(PostgresTls, a_user_whom_no_rule_lets_in_fails_once_tried_both_ways) {
    const auto outcome = run_postgres(url("stranger", "sslmode=prefer"));
    EXPECT_EQ(failure_of(outcome), "authenticate postgres.not_authorized");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("SSL encryption"));
}

TEST_F(PostgresTls, a_client_certificate_logs_in_and_its_absence_is_told) {
    CertificateSpec client;
    client.common_name = "with_certificate";
    const auto issued = authority_->issue(client);
    const auto certificate = dir_->write("client.pem", issued.certificate);
    const auto key = dir_->write("client.key", issued.key);
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    const auto given = run_postgres(
        url("with_certificate", "sslmode=verify-full&ca=" + ca_ + "&cert=" + certificate + "&key=" + key));
    EXPECT_EQ(failure_of(given), "ok") << given.failure->detail;
    EXPECT_EQ(fact_of(given, "postgres.authentication"), "none");
    const auto none = run_postgres(url("with_certificate", "sslmode=verify-full&ca=" + ca_));
    EXPECT_EQ(failure_of(none), "authenticate postgres.not_authorized");
    const auto lost = run_postgres(url("with_certificate", "sslmode=require&cert=/nonexistent/c.pem"));
    EXPECT_EQ(failure_of(lost), "handshake local.error");
    EXPECT_THAT(lost.failure->detail, HasSubstr("/nonexistent/c.pem"));
}

TEST_F(PostgresTls, nobody_is_asked_for_the_password_of_a_key) {
    CertificateSpec client;
    client.common_name = "with_certificate";
    const auto issued = authority_->issue(client);
    const auto key = dir_->write("locked.key", locked_key(issued.key, "Key-Word-3"));
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    const auto options =
        "sslmode=require&cert=" + dir_->write("locked.pem", issued.certificate) + "&key=" + key;
    EXPECT_EQ(failure_of(run_postgres(url("with_certificate", options + "&sslpassword=Key-Word-3"))), "ok");
    const TypedInput typed("Key-Word-3\nKey-Word-3\n");
    const auto outcome = run_postgres(url("with_certificate", options));
    ASSERT_EQ(failure_of(outcome), "handshake local.error");
    EXPECT_THAT(outcome.failure->detail, HasSubstr(key));
}

TEST_F(PostgresTls, scram_is_bound_to_the_session_where_both_sides_can) {
    const auto bound = run_postgres(url("app", "sslmode=require&channel_binding=require"));
    EXPECT_EQ(failure_of(bound), "ok");
    EXPECT_EQ(fact_of(bound, "postgres.authentication"), "scram-sha-256-plus");
    const auto unbound = run_postgres(url("app", "sslmode=require&channel_binding=disable"));
    EXPECT_EQ(failure_of(unbound), "ok");
    EXPECT_EQ(fact_of(unbound, "postgres.authentication"), "scram-sha-256");
    const auto trusting = run_postgres(url("only_tls", "sslmode=require&channel_binding=require"));
    EXPECT_EQ(failure_of(trusting), "authenticate postgres.unsupported_auth");
}

TEST_F(PostgresTls, a_run_that_only_connects_verifies_and_never_logs_in) {
    const auto before = server_->log().size();
    const auto good = run_postgres(url("app", "sslmode=verify-full&ca=" + ca_), Depth::connect);
    EXPECT_EQ(failure_of(good), "ok");
    EXPECT_THAT(phases_of(good), ElementsAre("resolve", "connect", "handshake"));
    EXPECT_EQ(fact_of(good, "tls.verify"), "ok");
    EXPECT_TRUE(good.rtt);
    EXPECT_TRUE(good.gauges.empty());
    const auto bad =
        run_postgres(url("app", "sslmode=verify-full&sni=elsewhere.internal&ca=" + ca_), Depth::connect);
    EXPECT_EQ(failure_of(bad), "handshake tls.name_mismatch");
    EXPECT_THAT(server_->log().substr(before), Not(HasSubstr("user=app")));
}

TEST_F(PostgresTls, a_client_certificate_of_a_stranger_is_told_also_before_the_login) {
    const auto issued = Authority("Stranger").issue();
    const auto key = dir_->write("stranger.key", issued.key);
    std::filesystem::permissions(key, std::filesystem::perms::owner_read);
    const auto options =
        "sslmode=require&cert=" + dir_->write("stranger.crt", issued.certificate) + "&key=" + key;
    const auto outcome = run_postgres(url("with_certificate", options), Depth::connect);
    EXPECT_EQ(failure_of(outcome), "handshake tls.certificate_required");
}

TEST_F(PostgresTls, a_run_over_tls_ends_with_a_clean_goodbye) {
    server_->await_sql(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
        "pg_backend_pid()",
        "0");
    const auto before = server_->log().size();
    ASSERT_EQ(failure_of(run_postgres(url("app", "sslmode=require"))), "ok");
    server_->await_log("disconnection: ", before);
    const auto log = server_->log().substr(before);
    EXPECT_THAT(log, HasSubstr("SSL enabled"));
    EXPECT_THAT(log, Not(HasSubstr("unexpected EOF")));
    EXPECT_THAT(log, Not(HasSubstr("could not receive data")));
}

}  // namespace
}  // namespace plumb::test
