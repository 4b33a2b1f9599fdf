// The memcached probe against real servers.
#include "probes/memcached/memcached.hpp"

#include "tests/integration/memcached/memcached_server.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/udp_server.hpp"

#include <arpa/inet.h>
#include <array>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::expect_sound;
using test::fact_of;
using test::failure_of;
using test::MemcachedServer;
using test::phases_of;
using test::run_probe;
using testing::ElementsAre;
using testing::HasSubstr;

// A plain client from the side.
class Client {
  public:
    explicit Client(const MemcachedServer& server) : socket_(test::tcp_socket()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server.port());
        EXPECT_EQ(connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    // Says `words` and reads to the first line that begins with `mark`.
    std::string ask(const std::string& words, const std::string& mark) {
        EXPECT_EQ(send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(words.size()));
        std::string heard = "\n";
        while (heard.find("\n" + mark) == std::string::npos || !heard.ends_with("\r\n")) {
            std::array<char, 4096> buffer{};
            const auto count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
            if (count <= 0) break;
            heard.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return heard;
    }
    double statistic(const std::string& name) {
        const std::string all = ask("stats\r\n", "END");
        const auto at = all.find("STAT " + name + " ");
        return at == std::string::npos ? -1 : std::stod(all.substr(at + name.size() + 6));
    }
    void await(const std::string& name, double value) {
        while (statistic(name) != value) {
        }
    }

  private:
    test::Descriptor socket_;
};

double gauge_of(const Outcome& outcome, std::string_view name) {
    const Gauge* gauge = outcome.find_gauge(name);
    return gauge == nullptr ? -1 : gauge->value;
}

TEST(MemcachedProbe, a_server_gives_its_version_connections_and_memory) {
    const MemcachedServer server({"-c", "100", "-m", "64"});
    const Outcome outcome = run_probe(memcached_kind(), server.url());
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "ping", "inspect"));
    EXPECT_THAT(fact_of(outcome, "memcached.version"), testing::StartsWith("1."));
    ASSERT_NE(outcome.find_gauge("memcached.connections"), nullptr);
    EXPECT_EQ(outcome.find_gauge("memcached.connections")->limit, 100);
    ASSERT_NE(outcome.find_gauge("memcached.memory"), nullptr);
    EXPECT_EQ(outcome.find_gauge("memcached.memory")->limit, 64.0 * 1024 * 1024);
    EXPECT_TRUE(outcome.rtt);
}

TEST(MemcachedProbe, what_is_said_is_told_line_by_line) {
    const MemcachedServer server;
    const auto said = test::said_in(run_probe(memcached_kind(), server.url()));
    EXPECT_THAT(said, testing::IsSupersetOf({testing::StrEq("> version"), testing::StrEq("> stats")}));
    EXPECT_THAT(said, testing::Contains(testing::StartsWith("< VERSION ")));
    EXPECT_THAT(said, testing::Contains(testing::StartsWith("< STAT … END, ")));
}

TEST(MemcachedProbe, evictions_are_a_rate_between_runs) {
    const MemcachedServer server({"-m", "2", "-I", "512k"});
    test::KeptProbe probe(memcached_kind(), server.url());
    EXPECT_EQ(probe.run().find_gauge("memcached.evictions"), nullptr);
    Client client(server);
    const std::string value(100'000, 'x');
    for (int i = 0; i < 200; ++i)
        client.ask("set k" + std::to_string(i) + " 0 0 100000\r\n" + value + "\r\n", "S");
    ASSERT_GT(client.statistic("evictions"), 0);
    Outcome later;
    while (later.find_gauge("memcached.evictions") == nullptr)
        later = probe.run();
    EXPECT_GT(gauge_of(later, "memcached.evictions"), 0);
}

TEST(MemcachedProbe, a_run_is_one_connection_and_only_an_inspection_asks_for_statistics) {
    const MemcachedServer server({"-t", "1"});  // one thread counts connections in the order they come
    Client client(server);
    test::KeptProbe probe(memcached_kind(), server.url());
    const double before = client.statistic("total_connections");
    const double alone = client.statistic("curr_connections");
    for (int i = 0; i < 5; ++i) {
        EXPECT_THAT(phases_of(probe.run(Depth::login)), ElementsAre("resolve", "connect", "ping"));
        client.await("curr_connections", alone);
        EXPECT_EQ(gauge_of(probe.run(), "memcached.connections"), alone);
        client.await("curr_connections", alone);
    }
    EXPECT_EQ(client.statistic("total_connections") - before, 10);
}

TEST(MemcachedProbe, over_tls_the_certificate_is_verified) {
    const test::TempDir folder;
    const test::Authority authority;
    const auto identity = authority.issue();
    const std::string certificate = folder.write("server.pem", identity.certificate);
    const std::string key = folder.write("server.key", identity.key);
    const std::string ca = folder.write("ca.pem", authority.certificate());
    const std::string strangers =
        folder.write("strangers.pem", test::Authority("Somebody Else").certificate());
    const MemcachedServer server({"-Z", "-o", "ssl_chain_cert=" + certificate, "-o", "ssl_key=" + key});
    const Outcome outcome = run_probe(memcached_kind(), server.url("memcacheds", "?ca=" + ca));
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), ElementsAre("resolve", "connect", "handshake", "ping", "inspect"));
    EXPECT_EQ(failure_of(run_probe(memcached_kind(), server.url("memcacheds", "?ca=" + strangers))),
              "handshake tls.unknown_authority");
}

TEST(MemcachedProbe, a_server_at_its_limit_says_so) {
    const MemcachedServer server({"-c", "30", "-t", "1"});
    std::vector<std::unique_ptr<Client>> holders;
    Outcome outcome;
    while (outcome.ok()) {
        holders.push_back(std::make_unique<Client>(server));
        outcome = run_probe(memcached_kind(), server.url());
    }
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ping peer.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("Too many open connections"));
}

TEST(MemcachedProbe, a_server_that_demands_a_password_says_so) {
    const test::TempDir folder;
    const MemcachedServer server({"-Y", folder.write("users", "app:s3cret\n")});
    const Outcome outcome = run_probe(memcached_kind(), server.url());
    expect_sound(outcome, {"s3cret"});
    EXPECT_EQ(failure_of(outcome), "ping peer.unexpected");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("unauthenticated"));
}

TEST(MemcachedProbe, a_server_of_the_binary_protocol_is_silent_and_the_detail_says_so) {
    const MemcachedServer server({"-B", "binary"});
    test::RunOptions options;
    options.limits = {{"ping", std::chrono::milliseconds(300)}};
    const Outcome outcome = run_probe(memcached_kind(), server.url(), options);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ping peer.timeout");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("binary protocol"));
}

TEST(MemcachedStalls, in_every_phase_end_on_time_and_name_it) {
    test::Stalls stalls(memcached_kind());
    const test::UdpServer silent_resolver;
    test::RunOptions with_silent_resolver;
    with_silent_resolver.name_servers = {silent_resolver.address()};
    stalls.expect("resolve", "dns.timeout", "memcached://cache.internal:11211", with_silent_resolver);
    const test::FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", "memcached://127.0.0.1:" + std::to_string(full.port()));
    const MemcachedServer frozen;
    frozen.freeze();
    stalls.expect("handshake", "tls.timeout", frozen.url("memcacheds"));
    stalls.expect("ping", "peer.timeout", frozen.url());
    const test::ScriptedServer silent_about_itself([](test::Connection& connection) {
        connection.read_until("version\r\n");
        connection.write("VERSION 1.6.18\r\nSTAT pid 1\r\n");
        connection.hang();
    });
    stalls.expect("inspect", "peer.timeout",
                  "memcached://127.0.0.1:" + std::to_string(silent_about_itself.port()));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb
