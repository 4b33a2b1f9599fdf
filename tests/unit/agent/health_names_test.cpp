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

TEST(HealthNames, a_host_full_of_them_is_bounded) {
    std::string text;
    for (int pid = 1; pid <= 1000; ++pid)
        text += line("@" + kPrefix + std::to_string(pid));
    EXPECT_THAT(health_pids(text, kPrefix), SizeIs(64));
}

}  // namespace
}  // namespace plumb::agent
