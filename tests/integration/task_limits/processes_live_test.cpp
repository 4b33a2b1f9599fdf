// Real descriptors, real connections, and a look without any rights.
#include "probes/task/limits/descriptors.hpp"
#include "probes/task/limits/ports.hpp"
#include "tests/integration/task_limits/helper.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace plumb::task::limits {
namespace {

constexpr rlim_t kFiles = 48;

bool open_all() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    limit.rlim_cur = kFiles;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
    while (::open("/dev/null", O_RDONLY) >= 0) {
    }
    return errno == EMFILE;
}

TEST(TaskLimitsLive, a_process_without_a_descriptor_left_is_found_among_all) {
    const Helper app(open_all);
    ASSERT_TRUE(app.ready());
    const auto found = read_descriptors("/proc");
    EXPECT_GE(found.processes, 1U);
    ASSERT_TRUE(found.open && found.limit);
    EXPECT_GE(*found.open, *found.limit);  // a descriptor that was there before may lie above it
    EXPECT_LE(found.lowest_limit.value_or(kFiles + 1), kFiles);
}

TEST(TaskLimitsLive, descriptors_are_counted_one_by_one_where_the_kernel_tells_no_number) {
    const Helper app(open_all);
    ASSERT_TRUE(app.ready());
    // A folder of links is no procfs, and so what lies behind it is counted.
    const test::TempDir dir;
    std::filesystem::create_directory_symlink(app.proc(), dir.file(std::to_string(app.pid())));
    const auto found = read_descriptors(dir.path().string());
    EXPECT_EQ(found.processes, 1U);
    EXPECT_EQ(found.unseen, 0U);
    EXPECT_EQ(found.limit, kFiles);
    EXPECT_GE(found.open.value_or(0), kFiles);
    const std::filesystem::directory_iterator all(app.proc() + "/fd");
    EXPECT_EQ(found.open, std::distance(begin(all), end(all)));
}

bool lo_up() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    const bool up = fd >= 0 && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    ::close(fd);
    return up;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool call(std::uint16_t port, int calls, int closed) {
    const auto address = loopback(port);
    const auto* const to = reinterpret_cast<const sockaddr*>(&address);
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(server, to, sizeof address) != 0 || ::listen(server, 16) != 0) return false;
    for (int i = 0; i < calls; ++i) {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(client, to, sizeof address) != 0) return false;
        const int accepted = ::accept(server, nullptr, nullptr);
        if (accepted < 0) return false;
        if (i >= closed) continue;
        ::close(client);  // the first to close waits
        ::close(accepted);
    }
    return true;
}

TEST(TaskLimitsLive, connections_and_those_in_time_wait_hold_their_ports) {
    constexpr std::uint16_t kInRange = 50051;
    constexpr std::uint16_t kBelowRange = 5432;
    const Helper app([] {
        return ::unshare(CLONE_NEWNET) == 0 && lo_up() && call(kBelowRange, 60, 25) && call(kInRange, 40, 0);
    });
    if (!app.ready()) GTEST_SKIP() << "no network namespace can be made here";
    const test::TempDir dir;
    dir.write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    std::filesystem::create_directory_symlink(app.proc() + "/net", dir.file("net"));
    const auto ports = read_local_ports(dir.path().string());
    ASSERT_TRUE(ports);
    EXPECT_EQ(ports->used, 60U);
    EXPECT_EQ(ports->limit, 28232U);
}

constexpr uid_t kNobody = 65534;

bool look_as_nobody() {
    if (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0) return false;
    if (::setresuid(kNobody, kNobody, kNobody) != 0) return false;
    const auto section = make_limits({});
    for (int i = 0; i < 3; ++i) {
        Look look;
        section->look(look, Depth::inspect);
        const bool told = look.evidence.find_fact("task.cgroup") != nullptr &&
                          look.evidence.find_fact("task.descriptor_limit") != nullptr &&
                          look.evidence.find_gauge("task.local_ports") != nullptr;
        if (!told) return false;
    }
    return true;
}

TEST(TaskLimitsLive, who_has_no_rights_sees_what_everybody_may) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give its rights away";
    const Helper nobody(look_as_nobody);
    EXPECT_TRUE(nobody.ready());
}

}  // namespace
}  // namespace plumb::task::limits
