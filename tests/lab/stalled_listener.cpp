// A port where connections hang: a listener that never accepts and whose accept queue is already full, so the
// kernel drops further SYNs (tcp(7), listen(2)). To a client it looks like a firewall that drops; it needs no
// privileges.
//
//   plumb-lab-stalled-listener ADDRESS PORT
//
// Prints "ready" once a further connection really hangs, then waits for its end (SIGTERM, SIGINT).
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int open_socket() {
    return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

const sockaddr* generic(const sockaddr_in& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

// True when a connection is still under way after a while: the queue is full.
bool hangs(const sockaddr_in& address, int& client) {
    client = open_socket();
    if (::connect(client, generic(address), sizeof address) == 0) return false;
    pollfd waiting{client, POLLOUT, 0};
    return ::poll(&waiting, 1, 200) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    unsigned port = 0;
    if (argc != 3 || ::inet_pton(AF_INET, argv[1], &address.sin_addr) != 1 ||
        std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), port).ec != std::errc() || port > 65535) {
        std::fputs("usage: plumb-lab-stalled-listener IPV4-ADDRESS PORT\n", stderr);
        return 2;
    }
    address.sin_port = htons(static_cast<std::uint16_t>(port));

    const int listener = open_socket();
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(listener, generic(address), sizeof address) != 0 || ::listen(listener, 0) != 0) {
        std::perror("plumb-lab-stalled-listener: listen");
        return 1;
    }
    std::array<int, 8> clients{};  // they stay open: each holds a place in the queue
    bool full = false;
    for (int& client : clients) {
        full = hangs(address, client);
        if (full) break;
    }
    if (!full) {
        std::fputs("plumb-lab-stalled-listener: the accept queue did not fill up\n", stderr);
        return 1;
    }
    std::puts("ready");
    std::fflush(stdout);

    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    int signal = 0;
    sigwait(&ends, &signal);
    return 0;
}
