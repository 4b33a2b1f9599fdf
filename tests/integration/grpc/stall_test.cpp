// A server that stalls in each phase of the grpc probe.
#include "probes/grpc/grpc.hpp"
#include "tests/integration/grpc/frames.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <gtest/gtest.h>

namespace plumb {
namespace {

namespace h2 = test::h2;
using test::Connection;
using test::ScriptedServer;

std::string url_of(std::uint16_t port, const std::string& scheme = "grpc") {
    return scheme + "://127.0.0.1:" + std::to_string(port);
}

TEST(GrpcStalls, in_every_phase_name_it_and_end_on_time) {
    test::Stalls stalls(grpc_kind());
    const test::UdpServer no_names;
    test::RunOptions silent_resolver;
    silent_resolver.name_servers = {no_names.address()};
    stalls.expect("resolve", "dns.timeout", "grpc://nobody.test:1", silent_resolver);
    const test::FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", url_of(full.port()));
    const ScriptedServer silent(test::silent());
    stalls.expect("handshake", "tls.timeout", url_of(silent.port(), "grpcs"));
    stalls.expect("send", "peer.timeout", url_of(silent.port()));
    const ScriptedServer mute([](Connection& connection) {
        connection.write(h2::settings());
        connection.hang();
    });
    stalls.expect("first_byte", "peer.timeout", url_of(mute.port()));
    const ScriptedServer half([](Connection& connection) {
        connection.write(h2::settings());
        connection.read_until(h2::call());
        connection.write(h2::headers(1, {{":status", "200"}, {"content-type", "application/grpc"}}));
        connection.hang();
    });
    stalls.expect("transfer", "peer.timeout", url_of(half.port()));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb
