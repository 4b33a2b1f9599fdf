#include "probes/task/sockets/proc_net.hpp"

#include "probes/task/sockets/own_sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <string>

#include <gtest/gtest.h>

namespace plumb::task {
namespace {

constexpr std::string_view kHead =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
constexpr std::string_view kListener =
    "   0: 00000000:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 522 1 "
    "000000002ad15fb0 100 0 0 10 0\n";
constexpr std::string_view kEstablished =
    "  12: 0501000A:9C40 0701000A:1538 01 00000010:00000020 01:00000014 00000000  1000        0 4711 2 "
    "000000002ad15fb0 20 4 30 10 -1\n";
constexpr std::string_view kCalling =
    "   3: 0501000A:9C41 0901000A:1538 02 00000001:00000000 01:0000001E 00000000  1000        0 4712 2 "
    "000000002ad15fb0 100 0 0 1 7\n";

Clock::time_point in_a_minute() {
    return Clock::now() + std::chrono::minutes(1);
}

// The table is printed as the machine reads its words, so these lines are a little-endian one's.
TEST(ProcSockets, a_line_gives_state_queues_and_inode) {
    const auto socket = parse_proc_socket(kEstablished.substr(0, kEstablished.size() - 1));
    ASSERT_TRUE(socket);
    EXPECT_EQ(to_text(socket->remote), "10.0.1.7:5432");
    EXPECT_EQ(socket->local_port, 40000);
    EXPECT_EQ(socket->state, TcpState::established);
    EXPECT_EQ(socket->unsent, 16U);
    EXPECT_EQ(socket->unread, 32U);
    EXPECT_EQ(socket->inode, 4711U);
    EXPECT_EQ(socket->waited, 0U);
    EXPECT_FALSE(socket->total_retransmits);
}

TEST(ProcSockets, a_listener_is_known_by_its_own_address) {
    const auto socket = parse_proc_socket(kListener.substr(0, kListener.size() - 1));
    ASSERT_TRUE(socket);
    EXPECT_EQ(socket->state, TcpState::listen);
    EXPECT_EQ(to_text(socket->remote), "0.0.0.0:8080");
    EXPECT_EQ(socket->unread, 3U);
}

TEST(ProcSockets, a_mapped_address_of_tcp6_is_the_plain_one) {
    const auto socket = parse_proc_socket(
        "  0: 0000000000000000FFFF00000501000A:9C40 0000000000000000FFFF00000701000A:1538 08 "
        "00000000:00000001 "
        "00:00000000 00000000     0        0 9 1 0 20 4 0 10 -1");
    ASSERT_TRUE(socket);
    EXPECT_EQ(to_text(socket->remote), "10.0.1.7:5432");
    EXPECT_EQ(socket->state, TcpState::close_wait);
}

TEST(ProcSockets, a_call_tells_how_long_it_waits_or_how_often_it_was_repeated) {
    std::string line(kCalling);
    EXPECT_EQ(parse_proc_socket(line)->waited, 700U);
    line.replace(line.find("00000000  1000"), 8, "00000002");
    EXPECT_EQ(parse_proc_socket(line)->retransmits, 2);
    EXPECT_EQ(parse_proc_socket(line)->waited, 0U);
}

TEST(ProcSockets, anything_else_is_no_socket) {
    EXPECT_FALSE(parse_proc_socket(kHead));
    EXPECT_FALSE(parse_proc_socket(""));
    const std::string_view line = kEstablished;
    const auto after_the_inode = line.find(" 2 0000");
    for (std::size_t size = 0; size < line.find("4711"); ++size)
        EXPECT_FALSE(parse_proc_socket(line.substr(0, size))) << size;
    EXPECT_TRUE(parse_proc_socket(line.substr(0, after_the_inode)));
    for (const std::string_view broken :
         {"1: 0501000A:9C40 0701000A 01 0:0 0:0 0 0 0 1",
          "1: 0501000A:9C40 0701000A:FFFFF 01 0:0 0:0 0 0 0 1",
          "1: 501000A:9C40 0701000A:1 01 0:0 0:0 0 0 0 1", "1: 0501000A:9C40 0701000A:1 04 0:0 0:0 0 0 0 1",
          "1: 0501000A:9C40 0701000A:1 01 0:0 0:0 0 0 0 x", "1: 0501000A:9C40 G701000A:1 01 0:0 0:0 0 0 0 1"})
        EXPECT_FALSE(parse_proc_socket(broken)) << broken;
}

TEST(ProcSockets, the_ends_are_known_in_every_state) {
    const auto ends = parse_proc_ends("1: 0501000A:9C40 0701000A:1538 04 0:0 0:0 0 0 0 x");
    ASSERT_TRUE(ends);
    EXPECT_EQ(to_text(ends->local), "10.0.1.5:40000");
    EXPECT_EQ(to_text(ends->remote), "10.0.1.7:5432");
    EXPECT_EQ(ends->state, 4U);
    for (const std::string_view broken :
         {kHead, std::string_view(), std::string_view("1: 0501000A:9C40 0701000A:1538"),
          std::string_view("1: 0501000A:9C40 0701000A:1538 x"),
          std::string_view("1: 0501000A:9C40 07:1538 04")})
        EXPECT_FALSE(parse_proc_ends(broken)) << broken;
}

TEST(ProcSockets, a_table_is_read_to_its_end_or_to_a_bound) {
    const test::TempDir folder;
    std::string table(kHead);
    constexpr std::size_t kLines = 1000;  // several buffers
    for (std::size_t i = 0; i < kLines; ++i)
        table += i % 2 == 0 ? kListener : kEstablished;
    const auto path = folder.write("tcp", table);
    std::vector<Socket> sockets;
    const auto whole = read_proc_sockets(path, kLines, in_a_minute(), sockets);
    EXPECT_TRUE(whole.read);
    EXPECT_TRUE(whole.whole);
    EXPECT_EQ(sockets.size(), kLines);
    sockets.clear();
    EXPECT_FALSE(read_proc_sockets(path, kLines - 1, in_a_minute(), sockets).whole);
    EXPECT_EQ(sockets.size(), kLines - 1);
    sockets.clear();
    EXPECT_FALSE(read_proc_sockets(path, kLines, Clock::now(), sockets).whole);
    EXPECT_TRUE(sockets.empty());
    EXPECT_FALSE(read_proc_sockets(folder.file("absent"), kLines, in_a_minute(), sockets).read);
    EXPECT_FALSE(read_proc_sockets(folder.path().string(), kLines, in_a_minute(), sockets).whole);
}

TEST(ProcSockets, a_line_without_end_is_given_up) {
    const test::TempDir folder;
    std::vector<Socket> sockets;
    const auto path = folder.write("tcp", std::string(100'000, '0'));
    const auto table = read_proc_sockets(path, 10, in_a_minute(), sockets);
    EXPECT_TRUE(table.read);
    EXPECT_FALSE(table.whole);
    EXPECT_TRUE(sockets.empty());
}

TEST(ListenDrops, are_found_by_name) {
    EXPECT_EQ(parse_listen_drops("TcpExt: SyncookiesSent ListenOverflows ListenDrops Other\n"
                                 "TcpExt: 1 20 23 4\n"
                                 "IpExt: ListenDrops\nIpExt: 99\n"),
              23U);
    EXPECT_EQ(parse_listen_drops("TcpExt: ListenOverflows\nTcpExt: 20"), 20U);
}

TEST(ListenDrops, are_absent_where_nothing_counts_them) {
    for (const std::string_view text :
         {"", "TcpExt:", "TcpExt: ListenDrops", "TcpExt: ListenDrops\nTcpExt: x", "TcpExt: A\nTcpExt: 1",
          "TcpExt: A ListenDrops\nTcpExt: 1"})
        EXPECT_FALSE(parse_listen_drops(text)) << text;
}

TEST(OwnSockets, are_the_links_that_name_one) {
    EXPECT_EQ(parse_socket_link("socket:[4711]"), 4711U);
    for (const std::string_view link : {"pipe:[1]", "socket:[]", "socket:[1", "socket:[1x]", "/dev/null", ""})
        EXPECT_FALSE(parse_socket_link(link)) << link;
}

}  // namespace
}  // namespace plumb::task
