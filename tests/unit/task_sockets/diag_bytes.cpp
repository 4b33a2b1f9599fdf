#include "tests/unit/task_sockets/diag_bytes.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdexcept>

namespace plumb::test {
namespace {

template <class T>
void append_raw(DiagBytes& bytes, const T& value, std::size_t size = sizeof(T)) {
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(i < sizeof value ? first[i] : std::byte{0});
}

void append_message(DiagBytes& bytes, std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                    const DiagBytes& payload) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + payload.size());
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_MULTI | flags);
    head.nlmsg_seq = sequence;
    append_raw(bytes, head);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
}

DiagBytes attributes_of(const DiagEntry::Info& info) {
    tcp_info values{};
    values.tcpi_rto = info.rto;
    values.tcpi_rtt = info.rtt;
    values.tcpi_total_retrans = info.total_retrans;
    const std::size_t size = info.size == 0 ? sizeof values : info.size;
    DiagBytes bytes;
    // One that nobody asked for stands before it.
    append_raw(bytes, rtattr{static_cast<unsigned short>(sizeof(rtattr) + 1), INET_DIAG_SHUTDOWN});
    append_raw(bytes, std::uint8_t{3}, 4);
    append_raw(bytes, rtattr{static_cast<unsigned short>(sizeof(rtattr) + size), INET_DIAG_INFO});
    append_raw(bytes, values, size);
    return bytes;
}

}  // namespace

void append(DiagBytes& bytes, const DiagEntry& entry, std::uint16_t flags, std::uint32_t sequence) {
    inet_diag_msg message{};
    message.idiag_family = entry.family;
    message.idiag_state = entry.state;
    message.idiag_timer = entry.timer;
    message.idiag_retrans = entry.retrans;
    message.idiag_expires = entry.expires;
    message.idiag_rqueue = entry.rqueue;
    message.idiag_wqueue = entry.wqueue;
    message.idiag_inode = entry.inode;
    message.id.idiag_sport = htons(entry.local_port);
    message.id.idiag_dport = htons(entry.remote_port);
    const bool v4 = entry.remote.find(':') == std::string::npos;
    if (inet_pton(v4 ? AF_INET : AF_INET6, entry.remote.c_str(), message.id.idiag_dst) != 1)
        throw std::invalid_argument(entry.remote);
    DiagBytes payload;
    append_raw(payload, message);
    if (entry.info) {
        const auto attributes = attributes_of(*entry.info);
        payload.insert(payload.end(), attributes.begin(), attributes.end());
    }
    append_message(bytes, SOCK_DIAG_BY_FAMILY, flags, sequence, payload);
}

void append_done(DiagBytes& bytes, int code) {
    DiagBytes payload;
    append_raw(payload, code);
    append_message(bytes, NLMSG_DONE, 0, kSequence, payload);
}

void append_error(DiagBytes& bytes, int code) {
    nlmsgerr error{};
    error.error = code;
    DiagBytes payload;
    append_raw(payload, error);
    append_message(bytes, NLMSG_ERROR, 0, kSequence, payload);
}

}  // namespace plumb::test
