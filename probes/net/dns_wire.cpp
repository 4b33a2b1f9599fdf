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
constexpr std::size_t kLength = 2;         // before each message on a stream
constexpr std::size_t kMaxQuestions = 66;  // as many as a search list of 32 domains asks

DnsWire& wire_of(void* user) {
    return *static_cast<DnsWire*>(user);
}

std::size_t length_of(std::string_view framed) {
    return static_cast<unsigned char>(framed[0]) * 256U + static_cast<unsigned char>(framed[1]);
}

// The byte at `at` of a message, when it says that it has no more than `most` records (its seventh byte and
// eighth).
char cut_count(std::span<const char> message, std::size_t at, unsigned most) {
    constexpr std::size_t kHigh = 6;
    if (at == kHigh) return 0;
    if (at != kHigh + 1) return message[at];
    const auto low = static_cast<unsigned char>(message[at]);
    return static_cast<char>(message[kHigh] != 0 ? most : std::min<unsigned>(low, most));
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
            wire_of(user).streams_.push_back({descriptor, {}});
            wire_of(user).over_tcp_ = true;
        }
        return descriptor;
    }

    static int close(ares_socket_t descriptor, void* user) {
        auto& streams = wire_of(user).streams_;
        std::erase_if(streams, [descriptor](const Incoming& each) { return each.descriptor == descriptor; });
        return ::close(descriptor);
    }

    // Datagrams are sent right after it, and over TCP it is the first word itself.
    static int connect(ares_socket_t descriptor, const sockaddr* address, ares_socklen_t size, void* user) {
        auto& wire = wire_of(user);
        if (!wire.sent_) wire.sent_ = Clock::now();
        return ::connect(descriptor, address, size);
    }

    static ares_ssize_t receive(ares_socket_t descriptor, void* into, std::size_t size, int flags,
                                sockaddr* from, ares_socklen_t* from_size, void* user) {
        auto& wire = wire_of(user);
        const auto [count, at] = net::receive(descriptor, into, size, flags, from, from_size);
        if (count < 0) return count;
        if (count > 0) wire.arrived_ = at;
        const std::span bytes(static_cast<char*>(into), static_cast<std::size_t>(count));
        if (auto* stream = wire.stream_of(descriptor)) {
            wire.received_by_tcp(*stream, bytes);
        } else {
            wire.received_by_udp(bytes);
        }
        return count;
    }

    // A datagram that was refused leaves its error on the socket, where the next send finds it. c-ares takes
    // that for a failure of the second question and leaves the first waiting for its time-out; so the error
    // is cleared by trying again, and the refusal of the repeated datagram then reaches both questions
    // through recvfrom().
    static ares_ssize_t send(ares_socket_t descriptor, const iovec* parts, int count, void* user) {
        auto& wire = wire_of(user);
        for (int i = 0; i < count; ++i) {
            const std::string_view part(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
            if (wire.stream_of(descriptor) == nullptr) {
                wire.asked(part);
            } else if (part.size() > kLength && length_of(part) == part.size() - kLength) {
                wire.asked(part.substr(kLength));
            }
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

DnsWire::Incoming* DnsWire::stream_of(ares_socket_t descriptor) {
    const auto found = std::find_if(streams_.begin(), streams_.end(), [descriptor](const Incoming& each) {
        return each.descriptor == descriptor;
    });
    return found == streams_.end() ? nullptr : &*found;
}

void DnsWire::asked(std::string_view message) {
    if (questions_.size() >= kMaxQuestions) return;
    if (std::find(questions_.begin(), questions_.end(), message) == questions_.end()) {
        questions_.emplace_back(message);
    }
}

// False: it answers no question.
bool DnsWire::received(std::string_view message) {
    const bool expected =
        std::any_of(questions_.begin(), questions_.end(),
                    [message](const std::string& question) { return answers(message, question); });
    if (!expected) return false;
    answered_ = true;
    if (!complaint_) complaint_ = complaint_of(message);
    return true;
}

void DnsWire::received_by_udp(std::span<char> message) {
    if (!received({message.data(), message.size()})) strange_ = true;
    if (most_records_ == 0 || message.size() < kHeader) return;
    // From behind: the second byte is read by the first.
    message[7] = cut_count(message, 7, most_records_);
    message[6] = cut_count(message, 6, most_records_);
}

// c-ares reads a message in parts, its length first.
void DnsWire::received_by_tcp(Incoming& stream, std::span<char> part) {
    auto& bytes = stream.bytes;
    for (char& byte : part) {
        bytes += byte;
        const auto at = bytes.size() - 1;
        if (most_records_ > 0 && at >= kLength)
            byte = cut_count(std::span(bytes).subspan(kLength), at - kLength, most_records_);
        if (bytes.size() < kLength || bytes.size() < kLength + length_of(bytes)) continue;
        const bool answer = received(std::string_view(bytes).substr(kLength));
        answered_by_tcp_ = answered_by_tcp_ || answer;
        strange_by_tcp_ = strange_by_tcp_ || !answer;
        bytes.clear();
    }
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
