#include "tests/integration/probe_run/stalls.hpp"

#include "probes/tcp/tcp.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/udp_server.hpp"

#include <gtest/gtest.h>

namespace plumb::test {
namespace {

TEST(TcpStalls, end_the_phase_in_which_they_happen) {
    const UdpServer no_names;
    const FullQueueListener no_accept;
    const ScriptedServer mute(silent());
    const ScriptedServer no_handshake(answering("S"));  // agrees as Postgres does, and says nothing more
    const auto url = [](std::uint16_t port, const std::string& query = "") {
        return "tcp://127.0.0.1:" + std::to_string(port) + query;
    };
    Stalls stalls(tcp_kind());
    RunOptions by_name;
    by_name.name_servers = {no_names.address()};
    stalls.expect("resolve", "dns.timeout", "tcp://db.test:1", by_name);
    stalls.expect("connect", "tcp.timeout", url(no_accept.port()));
    stalls.expect("starttls", "peer.timeout", url(mute.port(), "?starttls=smtp"));
    stalls.expect("handshake", "tls.timeout", url(no_handshake.port(), "?starttls=postgres"));
    stalls.expect("exchange", "peer.timeout", url(mute.port(), "?send=PING&expect=PONG"));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb::test
