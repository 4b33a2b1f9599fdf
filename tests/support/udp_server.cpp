#include "tests/support/udp_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

namespace plumb::test {
namespace {

std::size_t question_end(const std::string& query) {
    std::size_t at = 12;
    while (at < query.size() && query[at] != '\0')
        at += static_cast<unsigned char>(query[at]) + 1U;
    return at + 5;
}

void put16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value & 255);
}

}  // namespace

UdpServer::UdpServer(Script script) : socket_(udp_on_loopback()), port_(local_port(socket_.get())) {
    thread_ = std::thread([this, script = std::move(script)] { serve(script); });
}

UdpServer::UdpServer() : UdpServer([](const std::string&) { return std::nullopt; }) {}

UdpServer::~UdpServer() {
    stop_.stop();
    thread_.join();
}

void UdpServer::serve(const Script& script) {
    while (stop_.wait_readable(socket_.get(), std::chrono::minutes(10))) {
        std::string datagram(65536, '\0');
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        auto* address = reinterpret_cast<sockaddr*>(&peer);
        const auto count = recvfrom(socket_.get(), datagram.data(), datagram.size(), 0, address, &size);
        if (count < 0) continue;
        datagram.resize(static_cast<std::size_t>(count));
        ++received_;
        if (const auto answer = script(datagram)) {
            sendto(socket_.get(), answer->data(), answer->size(), 0, address, size);
        }
    }
}

std::string dns_response(const std::string& query, int rcode, int answers, const std::string& records) {
    std::string out = query.substr(0, 2);
    out += static_cast<char>(0x81);  // response, recursion desired
    out += static_cast<char>(0x80 | rcode);
    put16(out, 1);
    put16(out, static_cast<unsigned>(answers));
    put16(out, 0);
    put16(out, 0);
    const auto end = question_end(query);
    return out + query.substr(12, end - 12) + records;
}

std::string dns_a_record(std::uint32_t ttl, std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    std::string out("\xc0\x0c", 2);
    put16(out, 1);
    put16(out, 1);
    put16(out, ttl >> 16);
    put16(out, ttl & 65535);
    put16(out, 4);
    for (const auto byte : {a, b, c, d})
        out += static_cast<char>(byte);
    return out;
}

int dns_question_type(const std::string& query) {
    const auto end = question_end(query);
    if (end > query.size()) return -1;
    return static_cast<unsigned char>(query[end - 4]) * 256 + static_cast<unsigned char>(query[end - 3]);
}

}  // namespace plumb::test
