#include "tests/support/servers.hpp"

#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <vector>

namespace plumb::test {
namespace {

constexpr std::chrono::milliseconds kForever{600'000};

}  // namespace

std::string Connection::read_some(std::size_t most) {
    if (!socket_.valid() || !stop_.wait_readable(socket_.get(), kForever)) return {};
    std::string bytes(most, '\0');
    const auto count = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::string Connection::read_until(std::string_view mark) {
    std::string all;
    while (all.find(mark) == std::string::npos) {
        const auto part = read_some(1);
        if (part.empty()) break;
        all += part;
    }
    return all;
}

std::string Connection::read_exactly(std::size_t count) {
    std::string all;
    while (all.size() < count) {
        const auto part = read_some(count - all.size());
        if (part.empty()) break;
        all += part;
    }
    return all;
}

bool Connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!socket_.valid() || !stop_.wait_writable(socket_.get(), kForever)) return false;
        const auto count = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) return false;
        if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Connection::wait_for_close() {
    while (!read_some().empty()) {
    }
}

void Connection::hang() {
    stop_.wait(kForever);
}

void Connection::reset() {
    if (!socket_.valid()) return;
    const linger hard{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    socket_.reset();
}

ScriptedServer::ScriptedServer(Script script, std::uint16_t port, int most)
    : most_(most),
      listener_(listen_on_loopback(most > 0 ? most - 1 : 64, port)),
      port_(local_port(listener_.get())) {
    thread_ = std::thread([this, script = std::move(script)] { accept_loop(script); });
}

ScriptedServer::~ScriptedServer() {
    stop_.stop();
    thread_.join();
}

void ScriptedServer::accept_loop(const Script& script) {
    std::vector<std::thread> players;
    std::vector<Descriptor> fillers;
    while (stop_.wait_readable(listener_.get(), kForever)) {
        Descriptor peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer.valid()) continue;
        if (++accepted_ == most_) fillers = fill_accept_queue(port_);
        players.emplace_back([this, &script, fd = std::make_shared<Descriptor>(std::move(peer))] {
            Connection connection(std::move(*fd), stop_);
            script(connection);
        });
        if (accepted_ == most_) stop_.wait(kForever);
    }
    for (auto& player : players)
        player.join();
}

Script silent() {
    return [](Connection& c) { c.hang(); };
}

Script closing() {
    return [](Connection& c) { c.close(); };
}

Script closing_after_request() {
    return [](Connection& c) {
        c.read_some();
        c.close();
    };
}

Script resetting() {
    return [](Connection& c) {
        c.read_some();
        c.reset();
    };
}

Script saying(std::string bytes) {
    return [bytes = std::move(bytes)](Connection& c) {
        c.write(bytes);
        c.wait_for_close();
    };
}

Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](Connection& c) {
        c.read_some();
        c.write(bytes);
        c.wait_for_close();
    };
}

Script dripping(std::string bytes, std::chrono::milliseconds every) {
    return [bytes = std::move(bytes), every](Connection& c) {
        c.read_some();
        for (const char byte : bytes) {
            if (!c.write({&byte, 1}) || !c.pause(every)) return;
        }
        c.wait_for_close();
    };
}

Script flooding(std::string head, std::string chunk) {
    return [head = std::move(head), chunk = std::move(chunk)](Connection& c) {
        c.read_some();
        if (!c.write(head)) return;
        while (c.write(chunk)) {
        }
    };
}

std::string garbage() {
    std::string bytes;
    std::uint32_t state = 0x9e3779b9;
    while (bytes.size() < 4096) {
        state = state * 1664525 + 1013904223;
        bytes += static_cast<char>(0x80 | (state >> 24));
    }
    return bytes;
}

}  // namespace plumb::test
