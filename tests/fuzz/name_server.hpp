// A name server on loopback whose answers are the fuzzer's. UDP and TCP, on one port; nothing in it waits.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::fuzz {

class NameServer {
  public:
    NameServer();
    ~NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    std::uint16_t port() const { return port_; }
    // The answers to the questions to come, in turn: of each, the first byte says how it is sent (see
    // answer_to()). Forgets whatever came before.
    void begin(std::array<std::string_view, 2> answers);
    // Answers what has come. False: nothing had.
    bool serve();

  private:
    bool serve_datagram();
    bool serve_streams();
    bool serve_stream(int& descriptor);
    std::string next_answer(std::string_view question);
    void close_streams();

    int datagrams_ = -1;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> streams_;
    std::array<std::string_view, 2> answers_;
    std::size_t answered_ = 0;
};

}  // namespace plumb::fuzz
