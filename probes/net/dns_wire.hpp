// What passes over the sockets of one c-ares channel: its socket functions, and a witness of what was asked
// and what came back. c-ares itself tells less: of an A and an AAAA answer the status that came last, and
// nothing of datagrams that answer no question.
#pragma once

#include "probes/net/error.hpp"
#include "probes/run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <ares.h>

namespace plumb::net {

class DnsWire {
  public:
    // For ares_set_socket_functions(), with the DnsWire as user data. It must outlive the channel.
    static const ares_socket_functions& functions();

    bool over_tcp() const { return over_tcp_; }                   // an answer was too long for a datagram
    bool answered() const { return answered_; }                   // a datagram answered one of the questions
    bool only_strange() const { return strange_ && !answered_; }  // what came answers none of them
    std::optional<Clock::time_point> sent() const { return sent_; }        // the first datagram
    std::optional<Clock::time_point> arrived() const { return arrived_; }  // the last, by the kernel's stamp
    // The first answer that was neither an answer nor "no such name": SERVFAIL, REFUSED …
    const std::optional<Failed>& complaint() const { return complaint_; }

  private:
    struct Calls;

    bool is_stream(ares_socket_t descriptor) const;
    void asked(std::string_view message);
    void received(std::string_view message);

    std::vector<std::string> questions_;  // messages as sent, each once
    std::vector<ares_socket_t> streams_;  // open TCP sockets
    std::optional<Failed> complaint_;
    std::optional<Clock::time_point> sent_;
    std::optional<Clock::time_point> arrived_;
    bool over_tcp_ = false;
    bool answered_ = false;
    bool strange_ = false;
};

// A c-ares status as our cause; ARES_SUCCESS is none.
Failed dns_failure(int status);

}  // namespace plumb::net
