// The redis probe against peers that stall, drip, reset, lie or talk nonsense, in every phase.
#include "probes/redis/redis.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/integration/redis/scripted_cluster.hpp"
#include "tests/support/udp_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::answer_ping;
using test::Connection;
using test::expect_sound;
using test::failure_of;
using test::run_probe;
using test::Script;
using test::ScriptedServer;

constexpr test::RunOptions kShort{std::chrono::milliseconds(1000)};

std::string url_of(std::uint16_t port, const std::string& scheme = "redis",
                   const std::string& userinfo = "") {
    return scheme + "://" + userinfo + "127.0.0.1:" + std::to_string(port);
}

std::string failure_against(const Script& script, const std::string& userinfo = "",
                            test::RunOptions options = {}) {
    const ScriptedServer peer(script);
    const Outcome outcome = run_probe(redis_kind(), url_of(peer.port(), "redis", userinfo), options);
    expect_sound(outcome, {"s3cret"});
    return failure_of(outcome);
}

// A byte now and then, for ever.
void drip(Connection& connection) {
    while (connection.write("x") && connection.pause(std::chrono::milliseconds(20))) {
    }
}

TEST(RedisStall, in_connect_is_a_connect_timeout) {
    const test::FullQueueListener listener;
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url_of(listener.port()), kShort)), "connect tcp.timeout");
}

TEST(RedisStall, in_the_handshake_is_a_tls_timeout) {
    const ScriptedServer peer([](Connection& connection) { connection.hang(); });
    const Outcome outcome = run_probe(redis_kind(), url_of(peer.port(), "rediss"), kShort);
    EXPECT_EQ(failure_of(outcome), "handshake tls.timeout");
}

TEST(RedisStall, after_auth_is_a_timeout_of_authenticate) {
    EXPECT_EQ(failure_against([](Connection& connection) { connection.hang(); }, ":s3cret@", kShort),
              "authenticate peer.timeout");
}

TEST(RedisStall, after_ping_is_a_timeout_of_ping) {
    EXPECT_EQ(failure_against([](Connection& connection) { connection.hang(); }, "", kShort),
              "ping peer.timeout");
}

TEST(RedisStall, after_info_is_a_timeout_of_inspect) {
    const auto script = [](Connection& connection) {
        answer_ping(connection);
        connection.hang();
    };
    EXPECT_EQ(failure_against(script, "", kShort), "inspect peer.timeout");
}

TEST(RedisStall, a_reply_that_never_completes_is_a_timeout) {
    const auto script = [](Connection& connection) {
        answer_ping(connection);
        connection.write("$400000\r\n");
        drip(connection);
    };
    EXPECT_EQ(failure_against(script, "", kShort), "inspect peer.timeout");
}

TEST(RedisClose, in_each_phase_is_closed) {
    const auto close_at_once = [](Connection& connection) { connection.read_some(); };
    EXPECT_EQ(failure_against(close_at_once), "ping peer.closed");
    EXPECT_EQ(failure_against(close_at_once, ":s3cret@"), "authenticate peer.closed");
    const auto close_at_info = [](Connection& connection) {
        answer_ping(connection);
        connection.read_until("INFO\r\n");
        connection.write("$100\r\nredis_version:7");
    };
    EXPECT_EQ(failure_against(close_at_info), "inspect peer.closed");
}

TEST(RedisReset, after_a_command_is_a_reset) {
    const auto script = [](Connection& connection) {
        connection.read_some();
        connection.reset();
    };
    EXPECT_EQ(failure_against(script), "ping peer.reset");
}

TEST(RedisGarbage, another_protocol_is_garbage) {
    const auto http = [](Connection& connection) {
        connection.read_some();
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hang();
    };
    EXPECT_EQ(failure_against(http), "ping peer.garbage");
    EXPECT_EQ(failure_against(http, ":s3cret@"), "authenticate peer.garbage");
}

TEST(RedisGarbage, a_tls_handshake_with_garbage_is_not_tls) {
    const ScriptedServer peer([](Connection& connection) {
        connection.write("-ERR Protocol error\r\n");
        connection.hang();
    });
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url_of(peer.port(), "rediss"))), "handshake tls.not_tls");
}

TEST(RedisGarbage, an_echo_service_does_not_pass_and_does_not_leak) {
    const auto echo = [](Connection& connection) {
        for (std::string heard = connection.read_some(); !heard.empty(); heard = connection.read_some()) {
            connection.write(heard);
        }
    };
    EXPECT_EQ(failure_against(echo, ":s3cret@"), "authenticate peer.unexpected");
    EXPECT_EQ(failure_against(echo), "ping peer.unexpected");
}

TEST(RedisReplies, a_password_that_comes_back_in_info_is_hidden) {
    const ScriptedServer peer([](Connection& connection) {
        connection.read_until("s3cret\r\n");
        connection.write("+OK\r\n");
        answer_ping(connection);
        connection.read_until("INFO\r\n");
        const std::string info =
            "redis_version:s3cret\r\nmaxclients:5\r\nmaxmemory_policy:my-s3cret\r\nsave:\r\n";
        connection.write("$" + std::to_string(info.size()) + "\r\n" + info + "\r\n");
        connection.wait_for_close();
    });
    const Outcome outcome = run_probe(redis_kind(), url_of(peer.port(), "redis", ":s3cret@"));
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(test::fact_of(outcome, "redis.version"), "***");
    expect_sound(outcome, {"s3cret"});
}

TEST(RedisOversized, announced_or_endless_replies_are_too_large) {
    for (const std::string header : {"$2000000000\r\n", "*1000000000\r\n"}) {
        const auto script = [header](Connection& connection) {
            connection.read_some();
            connection.write(header);
            connection.hang();
        };
        EXPECT_EQ(failure_against(script), "ping peer.too_large") << header;
    }
    const auto endless = [](Connection& connection) {
        connection.read_some();
        const std::string block(65536, 'x');
        connection.write("-");
        while (connection.write(block)) {
        }
    };
    EXPECT_EQ(failure_against(endless), "ping peer.too_large");
}

TEST(RedisReplies, errors_name_their_cause_and_phase) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"-DENIED Redis is running in protected mode because protected mode is enabled",
         "ping redis.protected_mode"},
        {"-BUSY Redis is busy running a script.", "ping redis.busy"},
        {"-CLUSTERDOWN The cluster is down", "ping redis.cluster_down"},
        {"-MOVED 1 127.0.0.1:1", "ping redis.moved"},
        {"-READONLY You can't write against a read only replica.", "ping redis.readonly"},
        {"-OOM command not allowed when used memory > 'maxmemory'.", "ping redis.out_of_memory"},
        {"-NOAUTH Authentication required.", "authenticate redis.noauth"},
    };
    for (const auto& [line, expected] : table) {
        const auto script = [reply = line](Connection& connection) {
            connection.read_until("PING\r\n");
            connection.write(reply + "\r\n");
        };
        EXPECT_EQ(failure_against(script), expected);
    }
}

TEST(RedisReplies, a_refusal_before_the_first_command_is_read) {
    const auto script = [](Connection& connection) {
        connection.write("-ERR max number of clients reached\r\n");
    };
    EXPECT_EQ(failure_against(script), "ping redis.max_clients");
    EXPECT_EQ(failure_against(script, ":s3cret@"), "authenticate redis.max_clients");
}

TEST(RedisReplies, control_characters_of_a_peer_are_escaped) {
    const ScriptedServer peer([](Connection& connection) {
        connection.read_some();
        connection.write("-ERR \x1b[2Jboo\r\n");
    });
    const Outcome outcome = run_probe(redis_kind(), url_of(peer.port()));
    ASSERT_TRUE(outcome.failure);
    EXPECT_EQ(outcome.failure->detail.find('\x1b'), std::string::npos);
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("boo"));
}

TEST(RedisShards, no_more_are_connected_to_in_a_run_than_the_bound) {
    const ScriptedServer shard([](Connection& connection) {
        answer_ping(connection);
        test::answer_quit(connection);
    });
    std::string slots = "*40\r\n";
    for (int i = 0; i < 40; ++i)
        slots += test::slot_range(i, "127.0.0.1", shard.port());
    const ScriptedServer node(test::cluster_node(slots));
    test::KeptProbe probe(redis_kind(), url_of(node.port()));
    const Outcome outcome = probe.run();
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(test::fact_of(outcome, "redis.shards"), "40");
    EXPECT_EQ(shard.accepted(), 32);
    EXPECT_EQ(outcome.attempts.size(), 33U);
}

// How many runs only log in between two inspections must not matter.
TEST(RedisShards, the_next_inspection_goes_on_with_the_next_ones) {
    const auto answer = [](Connection& connection) {
        answer_ping(connection);
        test::answer_quit(connection);
    };
    const ScriptedServer first_half(answer);
    const ScriptedServer second_half(answer);
    std::string slots = "*64\r\n";
    for (int i = 0; i < 64; ++i)
        slots += test::slot_range(i, "127.0.0.1", i < 32 ? first_half.port() : second_half.port());
    const ScriptedServer node(test::cluster_node(slots));
    test::KeptProbe probe(redis_kind(), url_of(node.port()));
    const Outcome first = probe.run();
    EXPECT_EQ(failure_of(first), "ok");
    EXPECT_EQ(first.note, "32 of 64 shards were tried; the next inspection goes on with the others");
    EXPECT_EQ(second_half.accepted(), 0);
    probe.run(Depth::connect);
    EXPECT_EQ(failure_of(probe.run()), "ok");
    EXPECT_EQ(first_half.accepted(), 32);
    EXPECT_EQ(second_half.accepted(), 32);
}

// Each shard is as slow as the node that was asked: no one of them is at fault when the time is too short for
// all.
TEST(RedisShards, that_are_too_many_for_the_time_are_not_called_silent) {
    const auto slow_ping = [](Connection& connection) {
        connection.read_until("PING\r\n");
        connection.pause(std::chrono::milliseconds(300));
        connection.write("+PONG\r\n");
    };
    const ScriptedServer shard([&](Connection& connection) {
        slow_ping(connection);
        test::answer_quit(connection);
    });
    std::string slots = "*8\r\n";
    for (int i = 0; i < 8; ++i)
        slots += test::slot_range(i, "127.0.0.1", shard.port());
    const ScriptedServer node([&](Connection& connection) {
        slow_ping(connection);
        test::tell_of_cluster(connection, slots);
    });
    test::RunOptions options;
    options.limits = {{"shards", std::chrono::milliseconds(1500)}};
    const Outcome outcome = run_probe(redis_kind(), url_of(node.port()), options);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_THAT(outcome.note, testing::HasSubstr(" of 8 shards were tried"));
}

TEST(RedisShards, that_announce_our_password_as_their_name_do_not_show_it) {
    const ScriptedServer node([](Connection& connection) {
        connection.read_until("AUTH\r\n");
        connection.write("+OK\r\n");
        test::cluster_node("*1\r\n" + test::slot_range(7, "S3cret.cache.test", 6379))(connection);
    });
    const test::UdpServer names(
        [](const std::string& query) { return std::optional(test::dns_response(query, 3)); });
    test::RunOptions options;
    options.name_servers = {names.address()};
    const Outcome outcome = run_probe(redis_kind(), url_of(node.port(), "redis", ":S3cret@"), options);
    expect_sound(outcome, {"S3cret", "s3cret"});
    EXPECT_EQ(failure_of(outcome), "shards dns.nxdomain");
    EXPECT_EQ(outcome.attempts.back().address, "***.cache.test:6379");
}

TEST(RedisShards, an_announcement_that_is_no_address_fails_and_is_not_dialled) {
    for (const std::string host : {"a b", "\x1b[2J", "../x", "?"}) {
        const ScriptedServer node(test::cluster_node("*1\r\n" + test::slot_range(7, host, 6379)));
        const Outcome outcome = run_probe(redis_kind(), url_of(node.port()));
        expect_sound(outcome);
        EXPECT_EQ(failure_of(outcome), "shards peer.unexpected") << host;
        EXPECT_EQ(outcome.failure->detail,
                  "1 of 1 shards failed: slots 7-7: what the cluster announces is no address");
        EXPECT_EQ(outcome.attempts.size(), 1U);
    }
}

TEST(RedisShards, a_name_that_does_not_resolve_is_named) {
    const ScriptedServer node(test::cluster_node("*1\r\n" + test::slot_range(7, "shard.cache.test", 6379)));
    const test::UdpServer names(
        [](const std::string& query) { return std::optional(test::dns_response(query, 3)); });
    test::RunOptions options;
    options.name_servers = {names.address()};
    const Outcome outcome = run_probe(redis_kind(), url_of(node.port()), options);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), "shards dns.nxdomain");
    EXPECT_THAT(outcome.failure->detail, testing::HasSubstr("shard.cache.test"));
    EXPECT_EQ(outcome.attempts.back().address, "shard.cache.test:6379");
}

TEST(RedisShards, a_cluster_that_answers_with_something_else_is_unexpected) {
    EXPECT_EQ(failure_against(test::cluster_node("+OK\r\n")), "inspect peer.unexpected");
    EXPECT_EQ(failure_against(test::cluster_node("*20000\r\n")), "inspect peer.too_large");
}

TEST(RedisRefused, a_port_without_listener_names_the_connect_phase) {
    const test::RefusingPort refusing;
    EXPECT_EQ(failure_of(run_probe(redis_kind(), url_of(refusing.port()))), "connect tcp.refused");
}

}  // namespace
}  // namespace plumb
