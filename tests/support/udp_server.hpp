// A UDP server on 127.0.0.1 for DNS tests: answers each datagram with what the script makes of it, or not at
// all.
#pragma once

#include "tests/support/sockets.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace plumb::test {

class UdpServer {
  public:
    using Script = std::function<std::optional<std::string>(const std::string& datagram)>;

    explicit UdpServer(Script script);
    UdpServer();  // silent
    ~UdpServer();
    UdpServer(const UdpServer&) = delete;
    UdpServer& operator=(const UdpServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    int received() const { return received_; }

  private:
    void serve(const Script& script);

    StopSignal stop_;
    Descriptor socket_;
    std::uint16_t port_;
    std::atomic<int> received_{0};
    std::thread thread_;
};

// The DNS header and question of `query` turned into a response: flags with `rcode`, `answers` records
// appended as given (already encoded; a name may be the pointer C0 0C to the question's).
std::string dns_response(const std::string& query, int rcode, int answers = 0,
                         const std::string& records = {});
// An A record for the question's name.
std::string dns_a_record(std::uint32_t ttl, std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
int dns_question_type(const std::string& query);  // 1 for A, 28 for AAAA; -1 when there is none

}  // namespace plumb::test
