// A server that speaks plain text as scripted and then hands the connection to a real TLS server.
#pragma once

#include "tests/support/servers.hpp"
#include "tests/support/tls_server.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

namespace plumb::test {

// Passes on what one side says to the other until one of them ends.
inline void splice(Connection& a, Connection& b) {
    std::array<char, 16384> bytes{};
    for (;;) {
        for (auto [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
            if (!from->stop().wait_readable(from->descriptor(), std::chrono::milliseconds(1))) {
                if (from->stop().wait(std::chrono::milliseconds(0))) return;
                continue;
            }
            const auto count = recv(from->descriptor(), bytes.data(), bytes.size(), 0);
            if (count <= 0 || !to->write({bytes.data(), static_cast<std::size_t>(count)})) return;
        }
    }
}

// The script returns true where TLS begins.
inline Script before_tls(std::function<bool(Connection&)> plain, std::uint16_t tls_port) {
    return [plain, tls_port](Connection& connection) {
        if (!plain(connection)) return;
        auto socket = tcp_socket();
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(tls_port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
        Connection server(std::move(socket), connection.stop());
        splice(connection, server);
    };
}

}  // namespace plumb::test
