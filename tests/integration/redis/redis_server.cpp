#include "tests/integration/redis/redis_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

namespace plumb::test {

RedisServer::RedisServer(const std::vector<std::string>& options) {
    const bool tls = std::find(options.begin(), options.end(), "--tls-port") != options.end();
    ChildSpec spec;
    spec.command = {program("redis-server"), "--bind", "127.0.0.1", "--save", ""};
    spec.command.insert(spec.command.end(), {"--dir", folder_.path().string()});
    spec.command.insert(spec.command.end(), {"--port", tls ? "0" : std::to_string(port_)});
    for (const std::string& option : options) {
        spec.command.push_back(option == "PORT" ? std::to_string(port_) : option);
    }
    spec.output_file = folder_.file("log");
    process_ = std::make_unique<ChildProcess>(spec);
    process_->wait_until_listening(port_);
}

std::string RedisServer::url(const std::string& userinfo, const std::string& rest) const {
    return "redis://" + userinfo + address() + rest;
}

std::string RedisServer::ask(std::vector<std::string> command) const {
    command.insert(command.begin(), {"redis-cli", "-p", std::to_string(port_)});
    std::string output = run_command(command).output;
    while (output.ends_with('\n'))
        output.pop_back();
    return output;
}

void RedisServer::freeze() const {
    process_->signal(SIGSTOP);
}

void RedisServer::kill() {
    process_->signal(SIGKILL);
    process_->wait(std::chrono::seconds(30));
}

Descriptor connected_to(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    Descriptor socket = tcp_socket();
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket.reset();
    return socket;
}

RedisWatcher::RedisWatcher(const RedisServer& server) : socket_(connected_to(server.port())) {
    info("connected_clients");
}

double RedisWatcher::info(const std::string& field) {
    constexpr std::string_view kAsk = "INFO\r\n";
    if (send(socket_.get(), kAsk.data(), kAsk.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kAsk.size()))
        throw std::runtime_error("the watcher cannot ask");
    std::string reply;
    std::size_t whole = std::string::npos;
    while (reply.size() < whole) {
        std::array<char, 4096> buffer{};
        const auto count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (count <= 0) throw std::runtime_error("the watcher got no answer");
        reply.append(buffer.data(), static_cast<std::size_t>(count));
        const auto line = reply.find("\r\n");
        if (line != std::string::npos) whole = line + 2 + std::stoul(reply.substr(1, line)) + 2;
    }
    const auto at = reply.find("\n" + field + ":");
    if (at == std::string::npos) throw std::runtime_error("INFO has no " + field);
    return std::stod(reply.substr(at + field.size() + 2));
}

void RedisWatcher::await(const std::string& field, double value) {
    while (info(field) != value)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace plumb::test
