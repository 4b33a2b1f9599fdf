// The memcached probe against peers that close, reset, flood or talk nonsense.
#include "probes/memcached/memcached.hpp"
#include "tests/integration/probe_run/probe_run.hpp"
#include "tests/support/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::Connection;
using test::expect_sound;
using test::failure_of;
using test::run_probe;
using test::ScriptedServer;

Outcome against(const test::Script& script) {
    const ScriptedServer peer(script);
    Outcome outcome = run_probe(memcached_kind(), "memcached://127.0.0.1:" + std::to_string(peer.port()));
    expect_sound(outcome);
    return outcome;
}

TEST(MemcachedPeer, who_closes_or_resets_is_told_with_the_phase) {
    EXPECT_EQ(failure_of(against(test::closing_after_request())), "ping peer.closed");
    EXPECT_EQ(failure_of(against(test::resetting())), "ping peer.reset");
    EXPECT_EQ(failure_of(against([](Connection& connection) {
                  connection.read_until("version\r\n");
                  connection.write("VERSION 1.6.18\r\n");
                  connection.read_until("stats\r\n");
                  connection.write("STAT pid 7\r\nSTAT bytes 1");
              })),
              "inspect peer.closed");
}

TEST(MemcachedPeer, another_protocol_is_garbage) {
    const Outcome outcome = against(test::answering("HTTP/1.1 400 Bad Request\r\n\r\n"));
    EXPECT_EQ(failure_of(outcome), "ping peer.garbage");
    EXPECT_EQ(failure_of(against(test::answering("-ERR unknown command 'version'\r\n"))),
              "ping peer.garbage");
}

TEST(MemcachedPeer, a_flood_is_too_large) {
    EXPECT_EQ(failure_of(against(test::flooding("VERSION ", std::string(65536, 'x')))),
              "ping peer.too_large");
    EXPECT_EQ(failure_of(against([](Connection& connection) {
                  connection.write("VERSION 1.6.18\r\n");
                  for (int i = 0; connection.write("STAT s" + std::to_string(i) + " 1\r\n"); ++i) {
                  }
              })),
              "inspect peer.too_large");
}

TEST(MemcachedPeer, its_words_are_escaped) {
    const Outcome outcome = against(test::answering("SERVER_ERROR \x1b[2Jboo\r\n"));
    EXPECT_EQ(failure_of(outcome), "ping peer.unexpected");
    EXPECT_EQ(outcome.failure->detail.find('\x1b'), std::string::npos);
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("boo"));
}

TEST(MemcachedPeer, a_port_without_listener_names_the_connect_phase) {
    const test::RefusingPort refusing;
    EXPECT_EQ(
        failure_of(run_probe(memcached_kind(), "memcached://127.0.0.1:" + std::to_string(refusing.port()))),
        "connect tcp.refused");
}

}  // namespace
}  // namespace plumb
