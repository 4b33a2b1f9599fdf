// A peer that stalls in each phase: real servers where they can be made to.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/integration/redis/redis_server.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::RedisServer;

void answer_ping(Connection& connection) {
    connection.read_until("PING\r\n");
    connection.write("+PONG\r\n");
}

std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

// A cluster of one other shard, which is at `port`.
test::Script cluster_with_a_shard_at(std::uint16_t port) {
    return [port](Connection& connection) {
        answer_ping(connection);
        connection.read_until("INFO\r\n");
        connection.write(bulk("cluster_enabled:1\r\nmaxclients:9\r\nmaxmemory_policy:x\r\nsave:\r\n"));
        connection.read_until("INFO\r\n");
        connection.write(bulk("cluster_state:ok\r\n"));
        connection.read_until("SLOTS\r\n");
        connection.write("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n" + bulk("127.0.0.1") + ":" +
                         std::to_string(port) + "\r\n");
        connection.read_until("QUIT\r\n");
        connection.write("+OK\r\n");
    };
}

TEST(RedisStalls, in_every_phase_end_on_time_and_name_it) {
    test::Stalls stalls(redis_kind());
    const test::UdpServer silent_resolver;
    test::RunOptions with_silent_resolver;
    with_silent_resolver.name_servers = {silent_resolver.address()};
    stalls.expect("resolve", "dns.timeout", "redis://cache.internal", with_silent_resolver);

    const test::FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", "redis://127.0.0.1:" + std::to_string(full.port()));

    const RedisServer plain;
    stalls.expect("handshake", "tls.timeout", "rediss://" + plain.address());

    const RedisServer frozen;
    frozen.freeze();
    stalls.expect("authenticate", "peer.timeout", frozen.url("app:s3cret@"));
    stalls.expect("ping", "peer.timeout", frozen.url());

    const test::ScriptedServer silent_about_itself([](Connection& connection) {
        answer_ping(connection);
        connection.hang();
    });
    stalls.expect("inspect", "peer.timeout",
                  "redis://127.0.0.1:" + std::to_string(silent_about_itself.port()));

    const test::ScriptedServer cluster(cluster_with_a_shard_at(frozen.port()));
    stalls.expect("shards", "peer.timeout", "redis://127.0.0.1:" + std::to_string(cluster.port()));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb
