#include "probes/task/limits/ports.hpp"

#include "tests/unit/task_limits/tree.hpp"

#include <fmt/format.h>

namespace plumb::task::limits {
namespace {

constexpr PortRange kRange{32768, 60999};
constexpr std::string_view kHeading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";

std::string line(std::string_view local, unsigned port, std::string_view remote, unsigned remote_port,
                 std::string_view state = "01") {
    return fmt::format(
        "   0: {}:{:04X} {}:{:04X} {} 00000000:00000000 00:00000000 00000000  1000        0 1 1\n", local,
        port, remote, remote_port, state);
}

constexpr std::string_view kUs = "0500000A";
constexpr std::string_view kDatabase = "0700000A";
constexpr std::string_view kMapped = "0000000000000000FFFF00000700000A";  // the database, as tcp6 shows it
constexpr std::string_view kUsMapped = "0000000000000000FFFF00000500000A";
constexpr std::string_view kTimeWait = "06";
constexpr std::string_view kListen = "0A";

TEST(TaskLimitsPorts, a_range_has_two_ends) {
    const auto range = parse_port_range("32768\t60999\n");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->size(), 28232U);
    for (const std::string_view text : {"", "1", "9 3", "1 70000", "a b", "-1 5"})
        EXPECT_FALSE(parse_port_range(text)) << text;
}

TEST(TaskLimitsPorts, the_busiest_remote_endpoint_counts) {
    const Tree tree;
    tree.proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    std::string four(kHeading);
    four += line(kUs, 40000, kDatabase, 5432);
    four += line(kUs, 40001, kDatabase, 5432, kTimeWait);
    four += line(kUs, 40002, kDatabase, 6379);         // another endpoint
    four += line(kUs, 8080, "0900000A", 50000);        // somebody calls us
    four += line(kUs, 50051, "00000000", 0, kListen);  // a server in the range
    four += line(kUs, 50051, kDatabase, 41000);        // its clients have ports of their own
    four += line(kUs, 50051, kDatabase, 41001);
    four += "nonsense\n\n";
    tree.proc("net/tcp", four);
    tree.proc("net/tcp6", std::string(kHeading) + line(kUsMapped, 40003, kMapped, 5432));
    const auto ports = read_local_ports(tree.places().proc);
    ASSERT_TRUE(ports);
    EXPECT_EQ(ports->used, 3U);
    EXPECT_EQ(ports->limit, 28232U);
    const auto look = look_with(*make_limits(tree.places()));
    EXPECT_EQ(gauge_of(look, "task.local_ports").value, 3);
    EXPECT_TRUE(gauge_of(look, "task.local_ports").refuses_at_limit);
}

TEST(TaskLimitsPorts, broken_lines_count_for_nothing) {
    PortCount count(kRange);
    for (const std::string_view text :
         {"", " ", "0:", "0: x y 01", "0: 0500000A:9C40", "0: 0500000A:9C40 0700000A 01", "0: :9C40 :1538 01",
          "0: 0500000A:9C40 0700000A:FFFFF 01", "0: 0500000A:9C40 07000Z0A:1538 01", "0: 05:9C40 07:1538 01",
          "0: 0500000A: 0700000A: 01"})
        count.add_line(text);
    EXPECT_EQ(count.busiest(), 0U);
    count.add_line("0: 0500000A:9C40 0700000A:1538 01");
    EXPECT_EQ(count.busiest(), 1U);
}

TEST(TaskLimitsPorts, very_many_remotes_do_not_hide_the_busiest) {
    PortCount count(kRange);
    for (unsigned i = 0; i < 3 * PortCount::kMaxRemotes; ++i) {
        count.add_line(line(kUs, 32768 + i % 20000, fmt::format("{:08X}", i + 1), 443));
        if (i % 8 == 0) count.add_line(line(kUs, 40000, kDatabase, 5432));
    }
    const std::size_t called = 3 * PortCount::kMaxRemotes / 8;
    EXPECT_LE(count.busiest(), called);
    EXPECT_GE(count.busiest(), called - 8);
}

TEST(TaskLimitsPorts, lines_are_read_however_they_fall_on_the_reads) {
    const Tree tree;
    tree.proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    std::string text(kHeading);
    for (unsigned i = 0; i < 3000; ++i)
        text += line(kUs, 33000 + i, kDatabase, 5432);
    tree.proc("net/tcp", text);
    const auto ports = read_local_ports(tree.places().proc, PortCost::whole, std::chrono::minutes(1));
    EXPECT_EQ(ports.value().used, 3000U);
}

TEST(TaskLimitsPorts, few_sockets_are_counted_only_when_everything_is) {
    const Tree tree;
    tree.proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    tree.proc("net/tcp", std::string(kHeading) + line(kUs, 40000, kDatabase, 5432));
    const auto section = make_limits(tree.places());
    const auto told = [&](std::string_view sockstat, Depth depth) {
        tree.proc("net/sockstat", sockstat);
        return look_with(*section, depth).evidence.find_gauge("task.local_ports") != nullptr;
    };
    constexpr std::string_view kFewSockets =
        "sockets: used 9999\nTCP: inuse 900 orphan 0 tw 800 alloc 1 mem 1\n";
    constexpr std::string_view kManySockets =
        "sockets: used 1\nTCP: inuse 900 orphan 0 tw 900 alloc 1 mem 1\n";
    EXPECT_FALSE(told(kFewSockets, Depth::login));
    EXPECT_TRUE(told(kFewSockets, Depth::inspect));
    EXPECT_TRUE(told(kManySockets, Depth::connect));
    EXPECT_TRUE(told("", Depth::connect));
    tree.proc("net/sockstat6", "TCP6: inuse 70\nUDP6: inuse 5\n");
    EXPECT_TRUE(told(kFewSockets, Depth::login));
}

TEST(TaskLimitsPorts, sockets_are_added_up) {
    EXPECT_EQ(
        parse_sockstat("TCP: inuse 5 orphan 1 tw 7 alloc 9 mem 1\nUDP: inuse 3 mem 1\n", "TCP6: inuse 2\n"),
        14U);
    EXPECT_EQ(parse_sockstat("", "TCP6: inuse 2\n"), 2U);
    EXPECT_EQ(parse_sockstat("UDP: inuse 3 mem 1\n", "UDP6: inuse 1"), std::nullopt);
    EXPECT_EQ(parse_sockstat("TCP:", "TCP6: inuse x"), std::nullopt);
}

TEST(TaskLimitsPorts, tables_that_take_too_long_are_not_counted) {
    const Tree tree;
    tree.proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    tree.proc("net/tcp", std::string(kHeading) + line(kUs, 40000, kDatabase, 5432));
    const auto proc = tree.places().proc;
    EXPECT_TRUE(read_local_ports(proc, PortCost::whole, std::chrono::minutes(1)));
    EXPECT_FALSE(read_local_ports(proc, PortCost::whole, std::chrono::milliseconds(0)));
}

TEST(TaskLimitsPorts, without_a_table_or_with_a_line_that_has_no_end_nothing_is_said) {
    const Tree tree;
    tree.proc("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    EXPECT_FALSE(read_local_ports(tree.places().proc));
    tree.proc("net/tcp", std::string(1 << 20, 'x'));
    EXPECT_FALSE(read_local_ports(tree.places().proc));
}

}  // namespace
}  // namespace plumb::task::limits
