// The redis probe and clusters of real servers.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/integration/redis/redis_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/udp_server.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::fact_of;
using test::failure_of;
using test::phases_of;
using test::RedisServer;
using test::run_probe;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

using Options = std::vector<std::string>;

constexpr std::array<std::pair<const char*, const char*>, 3> kSlots{
    {{"0", "5460"}, {"5461", "10922"}, {"10923", "16383"}}};

// Three primaries without replicas that know each other and hold all slots.
class Cluster {
  public:
    explicit Cluster(const Options& more = {}) {
        for (std::size_t i = 0; i < kSlots.size(); ++i) {
            bus_.push_back(test::free_port());
            Options options{"--cluster-enabled",      "yes",  "--cluster-port", std::to_string(bus_.back()),
                            "--cluster-node-timeout", "60000"};
            options.insert(options.end(), more.begin(), more.end());
            nodes_.push_back(std::make_unique<RedisServer>(options));
        }
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            nodes_[i]->ask({"config", "set", "cluster-allow-reads-when-down", "yes"});
            EXPECT_EQ(nodes_[i]->ask({"cluster", "addslotsrange", kSlots[i].first, kSlots[i].second}), "OK");
            EXPECT_EQ(nodes_[0]->ask({"cluster", "meet", "127.0.0.1", std::to_string(nodes_[i]->port()),
                                      std::to_string(bus_[i])}),
                      "OK");
        }
        for (const auto& node : nodes_)
            await(*node);
    }

    RedisServer& node(std::size_t i) { return *nodes_[i]; }

  private:
    static void await(const RedisServer& node) {
        while (node.ask({"cluster", "info"}).find("cluster_state:ok\r\ncluster_slots_assigned:16384") ==
               std::string::npos)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }

    std::vector<std::uint16_t> bus_;
    std::vector<std::unique_ptr<RedisServer>> nodes_;
};

std::vector<std::string> tried(const Outcome& outcome) {
    std::vector<std::string> addresses;
    for (const Attempt& attempt : outcome.attempts) {
        addresses.push_back(attempt.address +
                            (attempt.failed ? " " + std::string(to_string(*attempt.failed)) : ""));
    }
    return addresses;
}

TEST(RedisCluster, every_shard_is_probed_once_and_alone) {
    Cluster cluster;
    std::vector<double> before;
    for (std::size_t i = 0; i < 3; ++i)
        before.push_back(test::RedisWatcher(cluster.node(i)).info("total_connections_received"));
    test::KeptProbe probe(redis_kind(), cluster.node(0).url());
    const Outcome outcome = probe.run();
    test::expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(phases_of(outcome), testing::ElementsAre("resolve", "connect", "ping", "inspect", "shards"));
    EXPECT_EQ(fact_of(outcome, "redis.mode"), "cluster");
    EXPECT_EQ(fact_of(outcome, "redis.cluster_enabled"), "yes");
    EXPECT_EQ(fact_of(outcome, "redis.cluster_state"), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.cluster_slots"), "all");
    EXPECT_EQ(fact_of(outcome, "redis.shards"), "3");
    EXPECT_EQ(outcome.address, cluster.node(0).address());
    EXPECT_THAT(tried(outcome), UnorderedElementsAre(cluster.node(0).address(), cluster.node(1).address(),
                                                     cluster.node(2).address()));

    EXPECT_THAT(phases_of(probe.run(Depth::login)), testing::ElementsAre("resolve", "connect", "ping"));
    // One connection of the inspection each, the log-in's at the node that was asked, and each watcher's own.
    for (std::size_t i = 0; i < 3; ++i) {
        const double now = test::RedisWatcher(cluster.node(i)).info("total_connections_received");
        EXPECT_EQ(now - before[i], i == 0 ? 3 : 2) << i;
    }
}

TEST(RedisCluster, a_shard_that_is_gone_fails_the_run_and_is_named) {
    Cluster cluster;
    cluster.node(1).kill();
    const Outcome outcome = run_probe(redis_kind(), cluster.node(0).url());
    test::expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "shards tcp.refused");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("1 of 3 shards failed: slots 5461-10922 at " +
                                                   cluster.node(1).address() + ", connect"));
    EXPECT_THAT(tried(outcome),
                UnorderedElementsAre(cluster.node(0).address(), cluster.node(1).address() + " tcp.refused",
                                     cluster.node(2).address()))
        << "the others are tried all the same";
}

TEST(RedisCluster, a_password_serves_all_shards_and_one_that_differs_is_named) {
    Cluster cluster;
    cluster.node(2).ask({"config", "set", "requirepass", "another"});
    const Outcome outcome = run_probe(redis_kind(), cluster.node(0).url());
    EXPECT_EQ(failure_of(outcome), "shards redis.noauth");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("slots 10923-16383"));
    EXPECT_THAT(tried(outcome), testing::Contains(cluster.node(2).address() + " redis.noauth"));
}

TEST(RedisCluster, a_cluster_that_serves_nothing_is_down) {
    const RedisServer server(
        {"--cluster-enabled", "yes", "--cluster-port", std::to_string(test::free_port())});
    const Outcome outcome = run_probe(redis_kind(), server.url());
    EXPECT_EQ(failure_of(outcome), "shards redis.cluster_down");
    EXPECT_THAT(outcome.failure->detail, HasSubstr("slots served: 0 of 16384"));
    EXPECT_EQ(fact_of(outcome, "redis.cluster_state"), "fail");
    EXPECT_EQ(fact_of(outcome, "redis.mode"), "cluster");
    EXPECT_EQ(failure_of(run_probe(redis_kind(), server.url(), {.depth = Depth::login})), "ok");
}

TEST(RedisCluster, an_account_that_may_not_see_the_shards_is_still_healthy) {
    const test::TempDir folder;
    const RedisServer server({"--cluster-enabled", "yes", "--cluster-port", std::to_string(test::free_port()),
                              "--aclfile", folder.write("acl", "user app on >s3cret ~* +ping +info\n")});
    const Outcome outcome = run_probe(redis_kind(), server.url("app:s3cret@"));
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(fact_of(outcome, "redis.topology"), "hidden");
    EXPECT_EQ(fact_of(outcome, "redis.shards"), "(absent)");
}

TEST(RedisCluster, a_shard_that_stalls_is_a_timeout_of_the_shards) {
    Cluster cluster;
    cluster.node(2).freeze();
    test::RunOptions options;
    options.limits = {{"shards", std::chrono::milliseconds(600)}};
    const Outcome outcome = run_probe(redis_kind(), cluster.node(0).url(), options);
    test::expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "shards peer.timeout");
    EXPECT_THAT(outcome.failure->detail, HasSubstr(cluster.node(2).address() + ", ping"));
}

// Nodes that announce names, each with a certificate for its own name alone, as ElastiCache has them.
class NamedNode {
  public:
    NamedNode(const test::TempDir& folder, const test::Authority& authority, const std::string& name,
              const std::string& certified)
        : bus_(test::free_port()) {
        const auto identity =
            authority.issue({.common_name = name, .dns_names = {certified}, .ip_addresses = {}});
        server_ = std::make_unique<RedisServer>(Options{"--tls-port",
                                                        "PORT",
                                                        "--tls-cert-file",
                                                        folder.write(name + ".pem", identity.certificate),
                                                        "--tls-key-file",
                                                        folder.write(name + ".key", identity.key),
                                                        "--tls-ca-cert-file",
                                                        folder.file("ca.pem"),
                                                        "--tls-auth-clients",
                                                        "no",
                                                        "--tls-cluster",
                                                        "yes",
                                                        "--cluster-enabled",
                                                        "yes",
                                                        "--cluster-port",
                                                        std::to_string(bus_),
                                                        "--cluster-announce-hostname",
                                                        name,
                                                        "--cluster-preferred-endpoint-type",
                                                        "hostname",
                                                        "--requirepass",
                                                        "s3cret"});
        ca_ = folder.file("ca.pem");
    }
    const RedisServer& server() const { return *server_; }
    std::string ask(std::vector<std::string> command) const {
        command.insert(command.begin(),
                       {"--tls", "--cacert", ca_, "--insecure", "--no-auth-warning", "-a", "s3cret"});
        return server_->ask(std::move(command));
    }
    void meet(const NamedNode& other) const {
        EXPECT_EQ(ask({"cluster", "meet", "127.0.0.1", std::to_string(other.server().port()),
                       std::to_string(other.bus_)}),
                  "OK");
    }
    void await_cluster() const {
        while (ask({"cluster", "info"}).find("cluster_state:ok") == std::string::npos ||
               ask({"cluster", "slots"}).find("b.cache.test") == std::string::npos)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }

  private:
    std::uint16_t bus_;
    std::string ca_;
    std::unique_ptr<RedisServer> server_;
};

std::string run_named_cluster(const std::string& certified) {
    const test::TempDir folder;
    const test::Authority authority;
    folder.write("ca.pem", authority.certificate());
    const NamedNode a(folder, authority, "a.cache.test", "a.cache.test");
    const NamedNode b(folder, authority, "b.cache.test", certified);
    EXPECT_EQ(a.ask({"cluster", "addslotsrange", "0", "8191"}), "OK");
    EXPECT_EQ(b.ask({"cluster", "addslotsrange", "8192", "16383"}), "OK");
    a.meet(b);
    a.await_cluster();
    const test::UdpServer names([](const std::string& query) {
        const bool v4 = test::dns_question_type(query) == 1;
        return std::optional(
            test::dns_response(query, 0, v4 ? 1 : 0, v4 ? test::dns_a_record(60, 127, 0, 0, 1) : ""));
    });
    test::RunOptions options;
    options.name_servers = {names.address()};
    const std::string port = std::to_string(a.server().port());
    const Outcome outcome = run_probe(
        redis_kind(), "rediss://:s3cret@a.cache.test:" + port + "?ca=" + folder.file("ca.pem"), options);
    test::expect_sound(outcome, {"s3cret"});
    EXPECT_THAT(tried(outcome), testing::Contains(testing::StartsWith(b.server().address())));
    return failure_of(outcome);
}

TEST(RedisCluster, over_tls_each_shard_has_the_certificate_of_its_own_name) {
    EXPECT_EQ(run_named_cluster("b.cache.test"), "ok");
    EXPECT_EQ(run_named_cluster("c.cache.test"), "shards tls.name_mismatch");
}

}  // namespace
}  // namespace plumb
