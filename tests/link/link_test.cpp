// The link holds what it promises, and the capture sees it.
#include "tests/link/link.hpp"

#include "tests/link/capture.hpp"
#include "tests/link/packet.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace plumb::link {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kPort = 7000;

// Once for the whole program, while it has one thread.
class OwnNetwork : public testing::Environment {
  public:
    void SetUp() override {
        if (const auto entered = enter_own_network(); !entered) missing = entered.error().message;
    }
    static inline std::string missing;
};
[[maybe_unused]] auto* const own_network = testing::AddGlobalTestEnvironment(new OwnNetwork);

class LinkTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!OwnNetwork::missing.empty()) GTEST_SKIP() << "not permitted here: " << OwnNetwork::missing;
    }
};

sockaddr_in at(const char* address, std::uint16_t port) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    inet_pton(AF_INET, address, &place.sin_addr);
    return place;
}

const sockaddr* generic(const sockaddr_in& place) {
    return reinterpret_cast<const sockaddr*>(&place);
}

test::Descriptor udp_at(const char* address) {
    test::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto own = at(address, kPort);
    EXPECT_EQ(bind(socket.get(), generic(own), sizeof own), 0);
    return socket;
}

test::Descriptor far_udp(const Link& link) {
    const Inside far(link.far_side());
    return udp_at(Link::kFarAddress);
}

bool readable(const test::Descriptor& socket, std::chrono::milliseconds limit) {
    pollfd waiting{socket.get(), POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(limit.count())) == 1;
}

void send_to(const test::Descriptor& socket, const char* address) {
    const auto place = at(address, kPort);
    EXPECT_EQ(sendto(socket.get(), "word", 4, 0, generic(place), sizeof place), 4);
}

TEST_F(LinkTest, a_packet_takes_its_delay_each_way) {
    LinkSpec spec;
    spec.delay = 15ms;
    const Link link(spec);
    const auto near = udp_at(Link::kNearAddress);
    const auto far = far_udp(link);
    const auto started = Clock::now();
    send_to(near, Link::kFarAddress);
    ASSERT_TRUE(readable(far, 10s));
    EXPECT_GE(Clock::now() - started, 15ms);
    send_to(far, Link::kNearAddress);
    ASSERT_TRUE(readable(near, 10s));
    EXPECT_GE(Clock::now() - started, 30ms);
}

TEST_F(LinkTest, a_link_that_loses_everything_carries_nothing) {
    LinkSpec spec;
    spec.delay = 1ms;
    spec.loss = 1;
    const Link link(spec);
    const auto near = udp_at(Link::kNearAddress);
    const auto far = far_udp(link);
    for (int i = 0; i < 20; ++i)
        send_to(near, Link::kFarAddress);
    EXPECT_FALSE(readable(far, 100ms));
    const auto until = Clock::now() + 10s;
    while (link.lost() < 20 && Clock::now() < until)
        std::this_thread::sleep_for(5ms);
    EXPECT_GE(link.lost(), 20U);
    EXPECT_EQ(link.carried(), 0U);
}

TEST_F(LinkTest, some_loss_loses_some) {
    LinkSpec spec;
    spec.delay = 1ms;
    spec.loss = 0.3;
    const Link link(spec);
    const auto near = udp_at(Link::kNearAddress);
    const auto far = far_udp(link);
    for (int i = 0; i < 400; ++i)
        send_to(near, Link::kFarAddress);
    const auto until = Clock::now() + 10s;
    while (link.lost() + link.carried() < 400 && Clock::now() < until)
        std::this_thread::sleep_for(5ms);
    EXPECT_GT(link.lost(), 60U);
    EXPECT_GT(link.carried(), 200U);
}

TEST_F(LinkTest, the_capture_stamps_both_ways_at_the_near_end) {
    LinkSpec spec;
    spec.delay = 10ms;
    const Link link(spec);
    Capture capture(Link::kNearInterface);
    const auto near = udp_at(Link::kNearAddress);
    const auto far = far_udp(link);
    send_to(near, Link::kFarAddress);
    ASSERT_TRUE(readable(far, 10s));
    send_to(far, Link::kNearAddress);
    ASSERT_TRUE(readable(near, 10s));

    std::vector<Captured> both;
    for (const auto& packet : capture.take()) {
        const auto parsed = parse_packet(packet.bytes());
        if (parsed && !parsed->tcp && parsed->destination_port == kPort) both.push_back(packet);
    }
    ASSERT_EQ(both.size(), 2U);
    EXPECT_TRUE(both[0].outgoing);
    EXPECT_FALSE(both[1].outgoing);
    EXPECT_EQ(parse_packet(both[0].bytes())->payload, 4U);
    EXPECT_GE(both[1].time - both[0].time, 20ms);
    EXPECT_EQ(capture.missed(), 0U);
}

TEST_F(LinkTest, the_program_runs_a_command_at_each_end_and_exits_as_the_near_one) {
    const char* build = std::getenv("PLUMB_BUILD_DIR");
    const std::string program = std::string(build != nullptr ? build : ".") + "/plumb-lab-link";
    const test::TempDir dir;
    const auto pcap = dir.file("it passed.pcap");
    const auto finished = test::run_command({program, "--delay", "3ms", "--capture", pcap, "--far",
                                             "exec sleep 60", "sh", "-c", "echo here; exit 7"});
    EXPECT_EQ(finished.exit_code, 7) << finished.errors;
    EXPECT_EQ(finished.output, "here\n");
    EXPECT_EQ(test::read_whole(pcap).substr(0, 4), "\x4d\x3c\xb2\xa1");
    EXPECT_EQ(test::run_command({program, "--delay", "soon", "true"}).exit_code, 2);
    EXPECT_EQ(test::run_command({program}).exit_code, 2);
    EXPECT_EQ(test::run_command({program, "--help"}).exit_code, 0);
}

// 10.99.0.1:40000 → 10.99.0.2:443, SYN, no payload.
std::vector<unsigned char> syn() {
    return {0x45, 0,    0, 40,   0, 1, 0, 0, 64, 6, 0, 0, 10,   99, 0,    1,    10, 99, 0, 2,
            0x9c, 0x40, 1, 0xbb, 0, 0, 0, 1, 0,  0, 0, 0, 0x50, 2,  0xff, 0xff, 0,  0,  0, 0};
}

TEST(packet, reads_ports_flags_and_payload) {
    const auto packet = parse_packet(syn());
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->tcp && packet->syn);
    EXPECT_FALSE(packet->ack || packet->fin || packet->reset);
    EXPECT_EQ(packet->source_port, 40000);
    EXPECT_EQ(packet->destination_port, 443);
    EXPECT_EQ(packet->payload, 0U);
}

TEST(packet, nothing_is_read_past_the_end) {
    const auto whole = syn();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<unsigned char> cut(whole.begin(),
                                             whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(parse_packet(cut)) << size;
    }
    auto lying = whole;
    lying[3] = 30;  // shorter than its own headers
    EXPECT_FALSE(parse_packet(lying));
    lying = whole;
    lying[0] = 0x65;  // IPv6
    EXPECT_FALSE(parse_packet(lying));
}

}  // namespace
}  // namespace plumb::link
