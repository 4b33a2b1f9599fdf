// The redis probe against real servers.
#include "tests/integration/redis/redis_server.hpp"

#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/certificates.hpp"

#include <array>
#include <memory>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::phases_of;
using test::RedisServer;
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(RedisProbe, an_open_server_gives_phases_facts_and_gauges) {
    const RedisServer server(
        {"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--maxclients", "50"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "ping", "inspect"));
    EXPECT_THAT(fact_of(outcome, "redis.version"), testing::StartsWith("7."));
    EXPECT_EQ(fact_of(outcome, "redis.role"), "master");
    EXPECT_EQ(fact_of(outcome, "redis.mode"), "standalone");
    EXPECT_EQ(fact_of(outcome, "redis.maxmemory_policy"), "allkeys-lru");
    EXPECT_EQ(fact_of(outcome, "redis.cluster_enabled"), "no");
    EXPECT_EQ(fact_of(outcome, "redis.info"), "(absent)");
    const Gauge* clients = outcome.find_gauge("redis.clients");
    ASSERT_NE(clients, nullptr);
    EXPECT_EQ(clients->value, 0) << "the probe itself is none";
    EXPECT_EQ(clients->limit, 50);
    EXPECT_TRUE(clients->refuses_at_limit);
    const Gauge* memory = outcome.find_gauge("redis.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->limit, 100.0 * 1024 * 1024);
    EXPECT_FALSE(memory->refuses_at_limit);
    EXPECT_NE(outcome.find_gauge("redis.ops"), nullptr);
    EXPECT_NE(outcome.find_gauge("redis.fragmentation"), nullptr);
    EXPECT_EQ(outcome.find_gauge("redis.evictions"), nullptr) << "one look gives no rate";
    EXPECT_EQ(fact_of(outcome, "redis.aof_enabled"), "no");
    EXPECT_EQ(fact_of(outcome, "redis.last_save"), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.save"), "off");
    EXPECT_EQ(outcome.address, "127.0.0.1:" + std::to_string(server.port()));
}

TEST(RedisProbe, noeviction_makes_the_memory_limit_refuse) {
    const RedisServer server({"--maxmemory", "100mb", "--maxmemory-policy", "noeviction"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    ASSERT_NE(outcome.find_gauge("redis.memory"), nullptr);
    EXPECT_TRUE(outcome.find_gauge("redis.memory")->refuses_at_limit);
}

TEST(RedisProbe, a_password_is_used_and_never_shown) {
    const RedisServer server({"--requirepass", "s3cret-word"});
    const Outcome right = run_probe(redis_kind(), server.url(":s3cret-word@", "/3"));
    expect_sound(right, {"s3cret-word"});
    EXPECT_EQ(failure_of(right), "ok");
    EXPECT_THAT(phases_of(right), ElementsAre("resolve", "connect", "authenticate", "ping", "inspect"));

    const Outcome wrong = run_probe(redis_kind(), server.url(":wr0ng-word@"));
    expect_sound(wrong, {"wr0ng-word"});
    EXPECT_EQ(failure_of(wrong), "authenticate redis.wrongpass");

    const Outcome none = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(none), "authenticate redis.noauth");
    EXPECT_THAT(none.failure->detail, HasSubstr("NOAUTH"));
    expect_sound(none);

    const Outcome only_database = run_probe(redis_kind(), server.url("", "/2"));
    EXPECT_EQ(failure_of(only_database), "authenticate redis.noauth");
}

TEST(RedisProbe, a_password_for_an_open_server_is_a_wrong_one) {
    const RedisServer server;
    const Outcome outcome = run_probe(redis_kind(), server.url(":s3cret-word@"));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "authenticate redis.wrongpass");
}

TEST(RedisProbe, a_server_that_renamed_auth_does_not_leak_the_password) {
    const RedisServer server({"--rename-command", "AUTH", ""});
    const Outcome outcome = run_probe(redis_kind(), server.url(":s3cret-word@"));
    expect_sound(outcome, {"s3cret", "word"});
    EXPECT_EQ(failure_of(outcome), "authenticate redis.error");
    EXPECT_EQ(outcome.failure->detail, "“ERR unknown command”");
}

TEST(RedisProbe, a_database_that_does_not_exist_fails_in_authenticate) {
    const RedisServer server;
    const Outcome outcome = run_probe(redis_kind(), server.url("", "/99"));
    EXPECT_EQ(failure_of(outcome), "authenticate redis.error");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("out of range"));
}

TEST(RedisProbe, an_account_without_info_is_still_healthy) {
    const test::TempDir folder;
    const RedisServer server({"--aclfile", folder.write("acl", "user app on >s3cret-word ~* +ping\n")});
    const Outcome outcome = run_probe(redis_kind(), server.url("app:s3cret-word@"));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.info"), "hidden");
    EXPECT_EQ(fact_of(outcome, "redis.version"), "(absent)");
}

TEST(RedisProbe, an_account_that_may_not_ping_has_no_permission_and_tells_what_it_may) {
    const test::TempDir folder;
    const RedisServer server({"--aclfile", folder.write("acl", "user app on >s3cret-word ~* +get +info\n")});
    const Outcome outcome = run_probe(redis_kind(), server.url("app:s3cret-word@"));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "ping redis.noperm");
    EXPECT_EQ(fact_of(outcome, "redis.role"), "master");
}

TEST(RedisProbe, a_user_without_a_password_is_a_user) {
    const test::TempDir folder;
    const RedisServer server(
        {"--aclfile", folder.write("acl", "user default off\nuser app on nopass ~* +@all\n")});
    EXPECT_EQ(failure_of(run_probe(redis_kind(), server.url("app:@"))), "ok");
    const Outcome word = run_probe(redis_kind(), server.url("app@"));
    EXPECT_EQ(failure_of(word), "authenticate redis.wrongpass");
    EXPECT_THAT(word.failure->detail, HasSubstr("USER:@"));
}

// Takes the one slot of a server. The server may still be letting go of an earlier client, so it is asked
// again until it answers.
test::Descriptor take_the_slot(std::uint16_t port) {
    while (true) {
        test::Descriptor held = test::connected_to(port);
        std::array<char, 5> reply{};
        if (send(held.get(), "PING\r\n", 6, MSG_NOSIGNAL) == 6 &&
            recv(held.get(), reply.data(), reply.size(), MSG_WAITALL) == 5 && reply[0] == '+') {
            return held;
        }
    }
}

TEST(RedisProbe, a_server_out_of_client_slots_says_so) {
    const RedisServer server({"--maxclients", "1"});
    const test::Descriptor held = take_the_slot(server.port());
    EXPECT_EQ(failure_of(run_probe(redis_kind(), server.url())), "ping redis.max_clients");
}

class RedisOverTls : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        folder = std::make_unique<test::TempDir>();
        const test::Authority authority;
        const test::Issued identity = authority.issue();
        ca = folder->write("ca.pem", authority.certificate());
        strangers = folder->write("strangers.pem", test::Authority("Somebody Else").certificate());
        server = std::make_unique<RedisServer>(std::vector<std::string>{
            "--tls-port", "PORT", "--tls-cert-file", folder->write("server.pem", identity.certificate),
            "--tls-key-file", folder->write("server.key", identity.key), "--tls-ca-cert-file", ca,
            "--tls-auth-clients", "no", "--requirepass", "s3cret-word"});
    }
    static void TearDownTestSuite() {
        server.reset();
        folder.reset();
    }
    static std::string url(const std::string& rest) {
        return "rediss://:s3cret-word@127.0.0.1:" + std::to_string(server->port()) + rest;
    }

    static inline std::unique_ptr<test::TempDir> folder;
    static inline std::string ca;
    static inline std::string strangers;  // an authority that signed nothing here
    static inline std::unique_ptr<RedisServer> server;
};

TEST_F(RedisOverTls, a_trusted_server_shows_its_handshake) {
    const Outcome outcome = run_probe(redis_kind(), url("/0?ca=" + ca));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "ping", "inspect"));
    EXPECT_EQ(fact_of(outcome, "tls.version"), "TLSv1.3");
    EXPECT_THAT(fact_of(outcome, "redis.version"), testing::StartsWith("7."));
}

TEST_F(RedisOverTls, an_unknown_authority_fails_in_the_handshake) {
    const Outcome outcome = run_probe(redis_kind(), url("?ca=" + strangers));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "handshake tls.unknown_authority");
}

TEST_F(RedisOverTls, the_apps_own_words_for_verification_are_followed) {
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url("?ssl_cert_reqs=none&ca=" + strangers))), "ok");
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url("?ssl_ca_certs=" + ca))), "ok");
}

TEST(RedisProbe, a_tls_server_out_of_client_slots_is_suspected_by_its_silent_close) {
    const test::TempDir folder;
    const test::Issued identity = test::Authority().issue();
    const RedisServer server(
        {"--tls-port", "PORT", "--tls-cert-file", folder.write("server.pem", identity.certificate),
         "--tls-key-file", folder.write("server.key", identity.key), "--tls-ca-cert-file",
         folder.write("ca.pem", identity.certificate), "--tls-auth-clients", "no", "--maxclients", "1"});
    const std::string url = "rediss://127.0.0.1:" + std::to_string(server.port()) + "?insecure=1";
    Outcome outcome;
    // The server may have refused the one that was to take the slot, while it let go of an earlier client.
    for (int tries = 0; tries < 100 && outcome.ok(); ++tries) {
        const test::Descriptor held = test::connected_to(server.port());
        outcome = run_probe(redis_kind(), url);
    }
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->phase, "handshake");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("maxclients"));
}

TEST_F(RedisOverTls, the_apps_own_words_for_the_name_are_followed) {
    const std::string other = "?sni=cache.elsewhere.internal&ca=" + ca;
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url(other))), "handshake tls.name_mismatch");
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url(other + "&ssl_check_hostname=false"))), "ok");
}

TEST_F(RedisOverTls, plain_bytes_on_the_tls_port_do_not_pass_for_an_answer) {
    const Outcome outcome = run_probe(redis_kind(), "redis://127.0.0.1:" + std::to_string(server->port()));
    expect_sound(outcome);
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->phase, "ping");
}

// Redis takes a ClientHello for the beginning of a command and waits for its end.
TEST(RedisProbe, tls_on_a_plain_port_times_out_and_says_what_may_be_wrong) {
    const RedisServer server;
    test::RunOptions options;
    options.timeout = std::chrono::milliseconds(1000);
    const Outcome outcome =
        run_probe(redis_kind(), "rediss://127.0.0.1:" + std::to_string(server.port()), options);
    EXPECT_EQ(failure_of(outcome), "handshake tls.timeout");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("redis://"));
}

}  // namespace
}  // namespace plumb
