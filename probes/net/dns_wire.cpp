#include "probes/net/dns_wire.hpp"

#include "base/text.hpp"
#include "probes/net/arrival.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace plumb::net {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMaxQuestions = 32;  // a search list of six asks fourteen

DnsWire& wire_of(void* user) {
    return *static_cast<DnsWire*>(user);
}

// RFC 1035, 4.1.1: the id and the question come back; a server may change the case of the name.
bool answers(std::string_view message, std::string_view question) {
    if (message.size() < question.size() || question.size() <= kHeader) return false;
    const auto same_id = message.substr(0, 2) == question.substr(0, 2);
    const auto asked = question.substr(kHeader);
    return same_id && equals_ignore_case(message.substr(kHeader, asked.size()), asked);
}

std::optional<Failed> complaint_of(std::string_view message) {
    const auto byte = [message](std::size_t at) { return static_cast<unsigned char>(message[at]); };
    if ((byte(2) & 0x80U) == 0) {
        return Failed(Cause::dns_malformed, "a question came back instead of an answer");
    }
    const int code = byte(3) & 15;
    switch (code) {
        case 0:
        case 3:
            return std::nullopt;
        case 1:
            return dns_failure(ARES_EFORMERR);
        case 2:
            return dns_failure(ARES_ESERVFAIL);
        case 4:
            return dns_failure(ARES_ENOTIMP);
        case 5:
            return dns_failure(ARES_EREFUSED);
        default:
            return Failed(Cause::dns_refused,
                          "RCODE " + std::to_string(code) + ": the server refuses this question");
    }
}

}  // namespace

struct DnsWire::Calls {
    static ares_socket_t open(int family, int type, int protocol, void* user) {
        const auto descriptor = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
        if (descriptor >= 0) ask_for_arrivals(descriptor);
        if (type == SOCK_STREAM && descriptor >= 0) {
            wire_of(user).streams_.push_back(descriptor);
            wire_of(user).over_tcp_ = true;
        }
        return descriptor;
    }

    static int close(ares_socket_t descriptor, void* user) {
        auto& streams = wire_of(user).streams_;
        streams.erase(std::remove(streams.begin(), streams.end(), descriptor), streams.end());
        return ::close(descriptor);
    }

    static int connect(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t size, void*) {
        return ::connect(descriptor, address, size);
    }

    static ares_ssize_t receive(ares_socket_t descriptor, void* into, std::size_t size, int flags,
                                sockaddr* from, ares_socklen_t* from_size, void* user) {
        auto& wire = wire_of(user);
        const auto [count, at] = net::receive(descriptor, into, size, flags, from, from_size);
        if (count > 0) wire.arrived_ = at;
        if (count >= 0 && !wire.is_stream(descriptor)) {
            wire.received({static_cast<const char*>(into), static_cast<std::size_t>(count)});
        }
        return count;
    }

    // A datagram that was refused leaves its error on the socket, where the next send finds it. c-ares takes
    // that for a failure of the second question and leaves the first waiting for its time-out; so the error
    // is cleared by trying again, and the refusal of the repeated datagram then reaches both questions
    // through recvfrom().
    static ares_ssize_t send(ares_socket_t descriptor, const iovec* parts, int count, void* user) {
        auto& wire = wire_of(user);
        if (!wire.sent_) wire.sent_ = Clock::now();
        if (count == 1 && !wire.is_stream(descriptor)) {
            wire.asked({static_cast<const char*>(parts->iov_base), parts->iov_len});
        }
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = static_cast<std::size_t>(count);
        const auto sent = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
        if (sent >= 0 || errno != ECONNREFUSED) return sent;
        return ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
    }
};

const ares_socket_functions& DnsWire::functions() {
    static constexpr ares_socket_functions kFunctions{Calls::open, Calls::close, Calls::connect,
                                                      Calls::receive, Calls::send};
    return kFunctions;
}

bool DnsWire::is_stream(ares_socket_t descriptor) const {
    return std::find(streams_.begin(), streams_.end(), descriptor) != streams_.end();
}

void DnsWire::asked(std::string_view message) {
    if (questions_.size() >= kMaxQuestions) return;
    if (std::find(questions_.begin(), questions_.end(), message) == questions_.end()) {
        questions_.emplace_back(message);
    }
}

void DnsWire::received(std::string_view message) {
    const bool expected =
        std::any_of(questions_.begin(), questions_.end(),
                    [message](const std::string& question) { return answers(message, question); });
    if (!expected) {
        strange_ = true;
        return;
    }
    answered_ = true;
    if (!complaint_) complaint_ = complaint_of(message);
}

Failed dns_failure(int status) {
    switch (status) {
        case ARES_ENOTFOUND:
            return {Cause::dns_nxdomain, "NXDOMAIN: the name does not exist"};
        case ARES_ENODATA:
            return {Cause::dns_no_data, "the name exists, but has no address"};
        case ARES_ESERVFAIL:
            return {Cause::dns_servfail, "SERVFAIL: the server could not resolve the name"};
        case ARES_EREFUSED:
            return {Cause::dns_refused, "REFUSED: the server refuses this question"};
        case ARES_ENOTIMP:
            return {Cause::dns_refused, "NOTIMP: the server does not do this kind of question"};
        case ARES_ETIMEOUT:
            return {Cause::dns_timeout, "no answer from any name server"};
        case ARES_ECONNREFUSED:
            return {Cause::dns_unreachable, "no name server could be contacted"};
        case ARES_EFORMERR:
            return {Cause::dns_malformed, "FORMERR: the server does not understand the question"};
        case ARES_EBADNAME:
            return {Cause::dns_malformed, "no valid host name"};
        case ARES_EBADRESP:
            return {Cause::dns_malformed, "the answer is no valid DNS message"};
        case ARES_ENOMEM:
            return {Cause::local_memory, "out of memory"};
        default:
            return {Cause::local_error, std::string("c-ares: ") + ares_strerror(status)};
    }
}

}  // namespace plumb::net
