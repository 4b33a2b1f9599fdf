#include "probes/task/sockets/diag.hpp"

#include "tests/unit/task_sockets/diag_bytes.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <random>

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using test::append;
using test::DiagBytes;
using test::DiagEntry;
using End = DiagPart::End;

struct Parsed {
    DiagPart part;
    std::vector<Socket> sockets;
};

Parsed parse(std::span<const std::byte> bytes, std::size_t most = 100) {
    Parsed parsed;
    parsed.part = parse_diag_messages(bytes, test::kSequence, most, parsed.sockets);
    return parsed;
}

Parsed parse_one(const DiagEntry& entry) {
    DiagBytes bytes;
    append(bytes, entry);
    return parse(bytes);
}

TEST(Diag, a_connection_is_read_with_its_queues_and_what_tcp_knows) {
    DiagEntry entry;
    entry.inode = 4711;
    entry.rqueue = 12;
    entry.wqueue = 34;
    entry.info = {.rtt = 1500, .total_retrans = 9};
    const auto [part, sockets] = parse_one(entry);
    EXPECT_EQ(part.end, End::more);
    EXPECT_FALSE(part.incomplete);
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(to_text(sockets[0].remote), "10.0.1.7:5432");
    EXPECT_EQ(sockets[0].local_port, 40000);
    EXPECT_EQ(sockets[0].state, TcpState::established);
    EXPECT_EQ(sockets[0].inode, 4711U);
    EXPECT_EQ(sockets[0].unread, 12U);
    EXPECT_EQ(sockets[0].unsent, 34U);
    EXPECT_EQ(sockets[0].rtt, 1500U);
    EXPECT_EQ(sockets[0].total_retransmits, 9U);
}

TEST(Diag, a_mapped_address_is_the_same_as_the_plain_one) {
    DiagEntry mapped;
    mapped.family = AF_INET6;
    mapped.remote = "::ffff:10.0.1.7";
    DiagEntry six = mapped;
    six.remote = "2001:db8::7";
    EXPECT_EQ(parse_one(mapped).sockets.at(0).remote, parse_one({}).sockets.at(0).remote);
    EXPECT_EQ(to_text(parse_one(six).sockets.at(0).remote), "[2001:db8::7]:5432");
}

TEST(Diag, an_unanswered_syn_tells_how_long_it_waits) {
    DiagEntry syn;
    syn.state = 2;
    syn.timer = 1;
    syn.expires = 300;
    syn.info = {.rto = 1'000'000, .rtt = 99};
    EXPECT_EQ(parse_one(syn).sockets.at(0).waited, 700U);
    EXPECT_EQ(parse_one(syn).sockets.at(0).rtt, 0U);
    syn.retrans = 2;
    EXPECT_EQ(parse_one(syn).sockets.at(0).waited, 0U);
    EXPECT_EQ(parse_one(syn).sockets.at(0).retransmits, 2);
    syn.timer = 2;  // keepalive: what it counts is something else
    EXPECT_EQ(parse_one(syn).sockets.at(0).retransmits, 0);
}

TEST(Diag, a_short_tcp_info_is_left_out) {
    DiagEntry entry;
    entry.info = {.rtt = 1500, .total_retrans = 9, .size = 20};
    const auto [part, sockets] = parse_one(entry);
    EXPECT_FALSE(part.incomplete);
    EXPECT_FALSE(sockets.at(0).total_retransmits);
}

TEST(Diag, a_later_kernels_longer_tcp_info_is_read) {
    DiagEntry entry;
    entry.info = {.rtt = 1500, .total_retrans = 9, .size = 400};
    EXPECT_EQ(parse_one(entry).sockets.at(0).rtt, 1500U);
}

TEST(Diag, other_states_are_passed_over) {
    DiagEntry entry;
    entry.state = 4;
    EXPECT_TRUE(parse_one(entry).sockets.empty());
    entry.state = 200;
    EXPECT_TRUE(parse_one(entry).sockets.empty());
}

TEST(Diag, the_end_is_seen_behind_the_sockets) {
    DiagBytes bytes;
    append(bytes, {});
    append(bytes, {});
    test::append_done(bytes);
    append(bytes, {});  // after the end nothing counts
    const auto [part, sockets] = parse(bytes);
    EXPECT_EQ(part.end, End::done);
    EXPECT_EQ(sockets.size(), 2U);
}

TEST(Diag, a_refusal_names_the_error_in_either_form) {
    DiagBytes error;
    test::append_error(error, -EPERM);
    EXPECT_EQ(parse(error).part.end, End::refused);
    EXPECT_EQ(parse(error).part.error, EPERM);
    DiagBytes done;
    test::append_done(done, -ENOENT);
    EXPECT_EQ(parse(done).part.end, End::refused);
    EXPECT_EQ(parse(done).part.error, ENOENT);
    DiagBytes acknowledged;
    test::append_error(acknowledged, 0);
    EXPECT_EQ(parse(acknowledged).part.end, End::more);
}

TEST(Diag, an_interrupted_dump_is_incomplete) {
    DiagBytes bytes;
    append(bytes, {}, NLM_F_DUMP_INTR);
    test::append_done(bytes);
    const auto [part, sockets] = parse(bytes);
    EXPECT_EQ(part.end, End::done);
    EXPECT_TRUE(part.incomplete);
    EXPECT_EQ(sockets.size(), 1U);
}

TEST(Diag, another_dumps_messages_are_skipped) {
    DiagBytes bytes;
    append(bytes, {}, 0, test::kSequence - 1);
    append(bytes, {});
    EXPECT_EQ(parse(bytes).sockets.size(), 1U);
}

TEST(Diag, no_more_sockets_than_asked_for) {
    DiagBytes bytes;
    for (int i = 0; i < 5; ++i)
        append(bytes, {});
    EXPECT_EQ(parse(bytes, 3).sockets.size(), 3U);
    EXPECT_EQ(parse(bytes, 3).part.end, End::full);
    EXPECT_EQ(parse(bytes, 5).part.end, End::more);
}

TEST(Diag, a_datagram_that_is_cut_anywhere_gives_what_was_whole) {
    DiagBytes bytes;
    DiagEntry entry;
    entry.info = {.rtt = 1};
    append(bytes, entry);
    const auto one = bytes.size();
    append(bytes, entry);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        const DiagBytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        const auto [part, sockets] = parse(cut);
        EXPECT_EQ(sockets.size(), size < one ? 0U : 1U) << size;
        EXPECT_EQ(part.incomplete, size != one) << size;
    }
}

TEST(Diag, lengths_that_lie_end_the_reading) {
    DiagBytes bytes;
    DiagEntry entry;
    entry.info = DiagEntry::Info{};
    append(bytes, entry);
    for (const std::uint32_t length : {0U, 1U, 15U, 0xffffffffU}) {
        DiagBytes lying = bytes;
        std::memcpy(lying.data(), &length, sizeof length);
        EXPECT_TRUE(parse(lying).part.incomplete) << length;
        EXPECT_TRUE(parse(lying).sockets.empty()) << length;
    }
    constexpr std::size_t kFirstAttribute = 16 + 72;
    for (const std::uint16_t length : {std::uint16_t{0}, std::uint16_t{3}, std::uint16_t{0xffff}}) {
        DiagBytes lying = bytes;
        std::memcpy(lying.data() + kFirstAttribute, &length, sizeof length);
        EXPECT_TRUE(parse(lying).part.incomplete) << length;
    }
}

// The sanitizers watch; what must hold is that nothing outside is read and no bound is passed.
TEST(Diag, garbled_bytes_do_no_harm) {
    DiagBytes bytes;
    for (int i = 0; i < 4; ++i) {
        DiagEntry entry;
        entry.info = {.rtt = 5};
        append(bytes, entry);
    }
    test::append_done(bytes);
    std::mt19937 random(20);
    for (int round = 0; round < 5000; ++round) {
        DiagBytes garbled = bytes;
        for (int i = 0; i < 8; ++i)
            garbled[random() % garbled.size()] = static_cast<std::byte>(random());
        garbled.resize(random() % (garbled.size() + 1));
        garbled.shrink_to_fit();
        EXPECT_LE(parse(garbled, 4).sockets.size(), 4U);
    }
}

TEST(Diag, the_request_asks_for_a_dump_of_these_states) {
    constexpr std::array kStates{TcpState::listen, TcpState::established};
    DiagQuestion question;
    question.family = AF_INET6;
    question.states = kStates;
    question.details = true;
    question.sequence = 3;
    const auto bytes = diag_request(question);
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return value;
    };
    EXPECT_EQ(number(0), 72U);
    EXPECT_EQ(number(4), 20U | 0x301U << 16);  // SOCK_DIAG_BY_FAMILY; REQUEST and DUMP
    EXPECT_EQ(number(8), 3U);
    EXPECT_EQ(number(16), AF_INET6 | IPPROTO_TCP << 8 | 2U << 16);  // INET_DIAG_INFO
    EXPECT_EQ(number(20), 1U << 10 | 1U << 1);
}

}  // namespace
}  // namespace plumb::task
