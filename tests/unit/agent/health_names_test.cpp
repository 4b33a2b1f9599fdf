#include "agent/health_names.hpp"

#include <gmock/gmock.h>

namespace plumb::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kPrefix = "plumb-agent-health/4026531836/";

std::string line(const std::string& name, const std::string& flags = "00010000",
                 const std::string& type = "0001") {
    return "0000000077c313e5: 00000002 00000000 " + flags + " " + type + " 01 12345 " + name + "\n";
}

std::vector<int> health_pids(std::string_view lines, std::string_view prefix) {
    std::vector<int> pids;
    add_health_pids(
        lines, prefix, [](int) { return true; }, pids);
    return pids;
}

TEST(HealthNames, the_prefix_names_the_pid_namespace) {
    EXPECT_EQ(health_prefix("pid:[4026531836]"), kPrefix);
    EXPECT_EQ(health_prefix(""), "plumb-agent-health/0/");
}

TEST(HealthNames, agents_that_listen_are_found_once_each) {
    const auto text = "Num       RefCount Protocol Flags    Type St Inode Path\n" +
                      line("@" + kPrefix + "17") + line("@" + kPrefix + "9") +
                      line("@" + kPrefix + "17", "00000000") + line("@/run/other") +
                      line("@plumb-agent-health/1/3");
    EXPECT_THAT(health_pids(text, kPrefix), ElementsAre(17, 9));
}

TEST(HealthNames, what_only_looks_like_an_agent_is_none) {
    for (const char* end : {"", "0", "-1", "+1", "7x", "x", "7\x1b[2J", "7 8", "99999999999", "7/8"})
        EXPECT_THAT(health_pids(line("@" + kPrefix + end), kPrefix), IsEmpty()) << end;
    EXPECT_THAT(health_pids(line("@" + kPrefix + "7", "00000000"), kPrefix), IsEmpty()) << "does not listen";
    EXPECT_THAT(health_pids(line("@" + kPrefix + "7", "00010000", "0002"), kPrefix), IsEmpty())
        << "datagrams";
    EXPECT_THAT(health_pids(line("@" + kPrefix + "7", "00010000", "0005"), kPrefix), IsEmpty());
    EXPECT_THAT(health_pids(line(kPrefix + "7"), kPrefix), IsEmpty()) << "a file";
}

// However the file is cut into pieces; and who is dead takes nobody's place.
TEST(HealthNames, a_host_full_of_them_is_bounded) {
    std::vector<int> pids;
    for (int pid = 1; pid <= 1000; ++pid)
        add_health_pids(
            line("@" + kPrefix + std::to_string(pid)), kPrefix, [](int each) { return each > 900; }, pids);
    EXPECT_THAT(pids, SizeIs(64));
    EXPECT_EQ(pids.front(), 901);
}

}  // namespace
}  // namespace plumb::agent
