#include "probes/task/sockets/diag.hpp"

#include <algorithm>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace plumb::task {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint8_t kRetransmitTimer = 1;  // idiag_timer

static_assert(kDiagRequest == sizeof(nlmsghdr) + sizeof(inet_diag_req_v2));

// As much of a T as there is; the rest stays zero. Older kernels send a shorter tcp_info.
template <class T>
T copy_of(Bytes bytes) {
    T made{};
    std::memcpy(&made, bytes.data(), std::min(bytes.size(), sizeof made));
    return made;
}

std::size_t aligned(std::size_t size) {
    return (size + NLMSG_ALIGNTO - 1) & ~std::size_t{NLMSG_ALIGNTO - 1};
}

Bytes after(Bytes bytes, std::size_t size) {
    return bytes.subspan(std::min(bytes.size(), size));
}

// The kernel's clock of the SYN runs down from the time-out. It says how long the first one has been under
// way.
std::uint32_t waited_of(const inet_diag_msg& message, const tcp_info& info) {
    if (message.idiag_timer != kRetransmitTimer || message.idiag_retrans != 0) return 0;
    const std::uint32_t timeout = info.tcpi_rto / 1000;
    return timeout > message.idiag_expires ? timeout - message.idiag_expires : 0;
}

void add_info(const inet_diag_msg& message, Bytes value, Socket& socket) {
    if (value.size() < offsetof(tcp_info, tcpi_total_retrans) + sizeof(tcp_info::tcpi_total_retrans)) return;
    const auto info = copy_of<tcp_info>(value);
    socket.total_retransmits = info.tcpi_total_retrans;
    if (socket.state == TcpState::syn_sent) socket.waited = waited_of(message, info);
    // Before the first answer the kernel only supposes a round trip.
    if (socket.state != TcpState::syn_sent) socket.rtt = info.tcpi_rtt;
}

// False when an attribute says that it is longer than what is left.
bool add_attributes(const inet_diag_msg& message, Bytes attributes, Socket& socket) {
    while (attributes.size() >= sizeof(rtattr)) {
        const auto head = copy_of<rtattr>(attributes);
        if (head.rta_len < sizeof(rtattr) || head.rta_len > attributes.size()) return false;
        if (head.rta_type == INET_DIAG_INFO)
            add_info(message, attributes.subspan(sizeof head, head.rta_len - sizeof head), socket);
        attributes = after(attributes, aligned(head.rta_len));
    }
    return true;
}

Endpoint endpoint_of(const inet_diag_msg& message, bool own) {
    const auto address = std::as_bytes(std::span(own ? message.id.idiag_src : message.id.idiag_dst));
    return make_endpoint(message.idiag_family == AF_INET ? address.first(4) : address,
                         ntohs(own ? message.id.idiag_sport : message.id.idiag_dport));
}

bool add_socket(Bytes payload, std::vector<Socket>& sockets) {
    if (payload.size() < sizeof(inet_diag_msg)) return false;
    const auto message = copy_of<inet_diag_msg>(payload);
    if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) return false;
    const auto state = known_state(message.idiag_state);
    if (!state) return true;
    Socket socket;
    socket.state = *state;
    socket.remote = endpoint_of(message, *state == TcpState::listen);
    socket.local_port = ntohs(message.id.idiag_sport);
    socket.inode = message.idiag_inode;
    socket.unread = message.idiag_rqueue;
    socket.unsent = message.idiag_wqueue;
    socket.retransmits = message.idiag_timer == kRetransmitTimer ? message.idiag_retrans : 0;
    const bool whole = add_attributes(message, payload.subspan(sizeof message), socket);
    sockets.push_back(socket);
    return whole;
}

// The end of a dump, or a refusal, carries a negative errno; a dump that went well 0 or, of old, nothing.
DiagPart ended(Bytes payload, DiagPart part, DiagPart::End without_error) {
    const int code = payload.size() >= sizeof(int) ? copy_of<int>(payload) : 0;
    part.error = code < 0 && code > -4096 ? -code : 0;
    part.end = part.error != 0 ? DiagPart::End::refused : without_error;
    return part;
}

}  // namespace

std::array<std::byte, kDiagRequest> diag_request(const DiagQuestion& question) {
    nlmsghdr head{};
    head.nlmsg_len = kDiagRequest;
    head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    head.nlmsg_seq = question.sequence;
    inet_diag_req_v2 body{};
    body.sdiag_family = question.family;
    body.sdiag_protocol = IPPROTO_TCP;
    if (question.details) body.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    for (const TcpState state : question.states)
        body.idiag_states |= 1U << static_cast<unsigned>(state);
    std::array<std::byte, kDiagRequest> bytes{};
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + sizeof head, &body, sizeof body);
    return bytes;
}

DiagPart parse_diag_messages(Bytes datagram, std::uint32_t sequence, std::size_t most,
                             std::vector<Socket>& sockets) {
    DiagPart part;
    while (!datagram.empty()) {
        const auto head = copy_of<nlmsghdr>(datagram);
        if (datagram.size() < sizeof head || head.nlmsg_len < sizeof head ||
            head.nlmsg_len > datagram.size()) {
            part.incomplete = true;
            return part;
        }
        const auto payload = datagram.subspan(sizeof head, head.nlmsg_len - sizeof head);
        datagram = after(datagram, aligned(head.nlmsg_len));
        if (head.nlmsg_seq != sequence) continue;
        if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) part.incomplete = true;
        if (head.nlmsg_type == NLMSG_DONE) return ended(payload, part, DiagPart::End::done);
        if (head.nlmsg_type == NLMSG_ERROR) return ended(payload, part, DiagPart::End::more);
        if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
        if (sockets.size() >= most) {
            part.end = DiagPart::End::full;
            return part;
        }
        if (!add_socket(payload, sockets)) part.incomplete = true;
    }
    return part;
}

}  // namespace plumb::task
