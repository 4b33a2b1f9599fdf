// What passes over the sockets of one c-ares channel: its socket functions, and a witness of what was asked
// and what came back. c-ares itself tells less: of an A and an AAAA answer the status that came last, and
// nothing of datagrams that answer no question.
#pragma once

#include "probes/net/error.hpp"
#include "probes/run.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ares.h>

namespace plumb::net {

class DnsWire {
  public:
    // For ares_set_socket_functions(), with the DnsWire as user data. It must outlive the channel.
    static const ares_socket_functions& functions();

    // Before the channel's first question: c-ares is told of no more than so many records of an answer, 1 to
    // 255.
    void cut_answers(unsigned most) { most_records_ = most; }

    bool over_tcp() const { return over_tcp_; }  // asked for, or an answer was too long for a datagram
    bool answered() const { return answered_; }  // one of the questions was answered
    // What came answers none of them. Once it goes over TCP only what comes there counts.
    bool only_strange() const {
        return over_tcp_ ? strange_by_tcp_ && !answered_by_tcp_ : strange_ && !answered_;
    }
    std::optional<Clock::time_point> sent() const { return sent_; }  // the first question
    std::optional<Clock::time_point> arrived() const {
        return arrived_;
    }  // the last answer, by the kernel's stamp
    // The first answer that was neither an answer nor "no such name": SERVFAIL, REFUSED …
    const std::optional<Failed>& complaint() const { return complaint_; }

  private:
    struct Calls;

    // An open TCP socket and what has come there of a message with its length before it (RFC 1035, 4.2.2).
    struct Incoming {
        ares_socket_t descriptor;
        std::string bytes;
    };

    Incoming* stream_of(ares_socket_t descriptor);
    void asked(std::string_view message);
    bool received(std::string_view message);
    void received_by_udp(std::span<char> message);
    void received_by_tcp(Incoming& stream, std::span<char> part);

    std::vector<std::string> questions_;  // messages as sent, each once
    std::vector<Incoming> streams_;
    std::optional<Failed> complaint_;
    std::optional<Clock::time_point> sent_;
    std::optional<Clock::time_point> arrived_;
    unsigned most_records_ = 0;  // 0: all of them
    bool over_tcp_ = false;
    bool answered_ = false;
    bool strange_ = false;
    bool answered_by_tcp_ = false;
    bool strange_by_tcp_ = false;
};

// A c-ares status as our cause; ARES_SUCCESS is none.
Failed dns_failure(int status);

}  // namespace plumb::net
