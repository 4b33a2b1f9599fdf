// A peer that stalls in each phase: real servers where they can be made to.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/integration/redis/redis_server.hpp"
#include "tests/integration/redis/scripted_cluster.hpp"
#include "tests/support/udp_server.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::RedisServer;

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
        test::answer_ping(connection);
        connection.hang();
    });
    stalls.expect("inspect", "peer.timeout",
                  "redis://127.0.0.1:" + std::to_string(silent_about_itself.port()));

    const test::ScriptedServer cluster(
        test::cluster_node("*1\r\n" + test::slot_range(0, "127.0.0.1", frozen.port())));
    stalls.expect("shards", "peer.timeout", "redis://127.0.0.1:" + std::to_string(cluster.port()));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb
