// A server that stalls in each phase of the http probe.
#include "probes/http/http.hpp"
#include "tests/integration/probe_run/stalls.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_server.hpp"
#include "tests/support/udp_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::ScriptedServer;

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

std::string url_of(std::uint16_t port, const std::string& scheme = "http", const std::string& rest = "/") {
    return scheme + "://127.0.0.1:" + std::to_string(port) + rest;
}

// The kernel connects and nobody reads. Small segments and a small window keep the client's buffer small,
// too.
test::Descriptor unread_listener() {
    auto listener = test::listen_on_loopback();
    const int segment = 536;
    const int window = 2048;
    setsockopt(listener.get(), IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    return listener;
}

TEST(HttpStalls, in_every_phase_name_it_and_end_on_time) {
    test::Stalls stalls(http_kind());
    const test::TempDir folder;
    const test::UdpServer no_names;
    test::RunOptions silent_resolver;
    silent_resolver.name_servers = {no_names.address()};
    stalls.expect("resolve", "dns.timeout", "http://nobody.test/", silent_resolver);
    const test::FullQueueListener full;
    stalls.expect("connect", "tcp.timeout", url_of(full.port()));
    const ScriptedServer silent(test::silent());
    const auto proxy = "http://127.0.0.1:" + std::to_string(silent.port());
    stalls.expect("tunnel", "peer.timeout", "https://nobody.test/#proxy=" + proxy);
    stalls.expect("handshake", "tls.timeout", url_of(silent.port(), "https"));
    const auto unread = unread_listener();
    const auto body = folder.write("body", std::string(1UL << 20U, 'x'));
    stalls.expect("send", "peer.timeout",
                  url_of(test::local_port(unread.get()), "http", "/#body_file=" + body));
    stalls.expect("first_byte", "peer.timeout", url_of(silent.port()));
    const ScriptedServer half(test::answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"));
    stalls.expect("transfer", "peer.timeout", url_of(half.port()));
    const ScriptedServer once(test::answering(std::string(kAnswer)));
    stalls.expect_harmless("reuse", {.name = "http.keep_alive", .value = "no"}, url_of(once.port()));

    const test::Authority authority;
    const auto rest = "/#ca=" + folder.write("ca.pem", authority.certificate());
    test::TlsServerSpec spec;
    spec.identity = authority.issue();
    spec.serve = [](const std::string&, const auto& reply) { reply(kAnswer); };
    spec.accepts_once = true;
    const test::TlsServer full_later(spec);
    stalls.expect_harmless("reconnect", {.name = "tls.resumption", .value = "failed: tcp.timeout"},
                           url_of(full_later.port(), "https", rest));
    spec.accepts_once = false;
    spec.stalls_second = true;
    const test::TlsServer silent_later(spec);
    stalls.expect_harmless("resume", {.name = "tls.resumption", .value = "failed: tls.timeout"},
                           url_of(silent_later.port(), "https", rest));
    stalls.expect_complete();
}

}  // namespace
}  // namespace plumb
