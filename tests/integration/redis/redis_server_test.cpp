// The redis probe against real servers.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <algorithm>
#include <arpa/inet.h>
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
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;

// A redis-server of the test's own; the option PORT stands for its port.
class RedisServer {
  public:
    explicit RedisServer(const std::vector<std::string>& options = {}) {
        const bool tls = std::find(options.begin(), options.end(), "--tls-port") != options.end();
        test::ChildSpec spec;
        spec.command = {test::program("redis-server"), "--bind", "127.0.0.1", "--save", ""};
        spec.command.insert(spec.command.end(), {"--dir", folder_.path().string()});
        spec.command.insert(spec.command.end(), {"--port", tls ? "0" : std::to_string(port_)});
        for (const std::string& option : options) {
            spec.command.push_back(option == "PORT" ? std::to_string(port_) : option);
        }
        spec.output_file = folder_.file("log");
        process_ = std::make_unique<test::ChildProcess>(spec);
        process_->wait_until_listening(port_);
    }

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& userinfo = "", const std::string& rest = "") const {
        return "redis://" + userinfo + "127.0.0.1:" + std::to_string(port_) + rest;
    }

  private:
    test::TempDir folder_;
    std::uint16_t port_ = test::free_port();
    std::unique_ptr<test::ChildProcess> process_;
};

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
    EXPECT_GE(clients->value, 1);
    EXPECT_EQ(clients->limit, 50);
    EXPECT_TRUE(clients->refuses_at_limit);
    const Gauge* memory = outcome.find_gauge("redis.memory");
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->limit, 100.0 * 1024 * 1024);
    EXPECT_FALSE(memory->refuses_at_limit);
    EXPECT_NE(outcome.find_gauge("redis.evicted_keys"), nullptr);
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
    EXPECT_EQ(outcome.failure->detail, "ERR unknown command");
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

TEST(RedisProbe, an_account_that_may_not_ping_has_no_permission) {
    const test::TempDir folder;
    const RedisServer server({"--aclfile", folder.write("acl", "user app on >s3cret-word ~* +get\n")});
    const Outcome outcome = run_probe(redis_kind(), server.url("app:s3cret-word@"));
    expect_sound(outcome, {"s3cret-word"});
    EXPECT_EQ(failure_of(outcome), "ping redis.noperm");
}

test::Descriptor connected_to(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    test::Descriptor socket = test::tcp_socket();
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket.reset();
    return socket;
}

// Takes the one slot of a server. The server may still be letting go of an earlier client, so it is asked
// again until it answers.
test::Descriptor take_the_slot(std::uint16_t port) {
    while (true) {
        test::Descriptor held = connected_to(port);
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

TEST(RedisProbe, a_server_that_loads_its_data_says_so) {
    test::TempDir data;
    {
        const RedisServer seed({"--dir", data.path().string(), "--enable-debug-command", "local"});
        const std::string port = std::to_string(seed.port());
        ASSERT_EQ(
            test::run_command({"redis-cli", "-p", port, "debug", "populate", "2000", "key", "100"}).exit_code,
            0);
        ASSERT_EQ(test::run_command({"redis-cli", "-p", port, "save"}).exit_code, 0);
    }
    const RedisServer server({"--dir", data.path().string(), "--key-load-delay", "10000",
                              "--loading-process-events-interval-bytes", "1024"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.loading");
}

TEST(RedisProbe, a_replica_without_its_primary_tells_role_and_link) {
    const RedisServer server({"--replicaof", "127.0.0.1", "1"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.role"), "slave");
    EXPECT_EQ(fact_of(outcome, "redis.master_link"), "down");
}

TEST(RedisProbe, a_replica_that_serves_no_stale_data_is_masterdown) {
    const RedisServer server({"--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "no"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ping redis.masterdown");
}

TEST(RedisProbe, cluster_mode_is_a_fact) {
    const RedisServer server({"--cluster-enabled", "yes"});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.mode"), "cluster");
    EXPECT_EQ(fact_of(outcome, "redis.cluster_enabled"), "yes");
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
        const test::Descriptor held = connected_to(server.port());
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
