// `plumb-agent health` among sockets that have the name of an agent and are none, and of an agent in need.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstddef>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using testing::HasSubstr;

// Has an abstract unix socket as long as it lives, and answers nobody.
class Namesake {
  public:
    Namesake(int type, const std::string& name) : fd_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto length = name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
        bound_ = ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0;
        if (type == SOCK_STREAM) bound_ = bound_ && ::listen(fd_, 4) == 0;
    }
    Namesake(const Namesake&) = delete;
    Namesake& operator=(const Namesake&) = delete;
    ~Namesake() { ::close(fd_); }
    bool bound() const { return bound_; }

  private:
    int fd_;
    bool bound_ = false;
};

std::string prefix() {
    char link[64] = {};
    const auto length = ::readlink("/proc/self/ns/pid", link, sizeof link - 1);
    std::string number;
    for (const char c : std::string(link, length > 0 ? static_cast<std::size_t>(length) : 0)) {
        if (c >= '0' && c <= '9') number += c;
    }
    return "plumb-agent-health/" + number + "/";
}

TEST(HealthProgram, what_only_has_the_name_of_an_agent_does_not_count) {
    const auto own = std::to_string(::getpid());
    const Namesake datagrams(SOCK_DGRAM, prefix() + own);
    const Namesake words(SOCK_STREAM, prefix() + "1\x1b[2Jnonsense");
    const Namesake nobody(SOCK_STREAM, prefix() + "2147483646");
    ASSERT_TRUE(datagrams.bound() && words.bound() && nobody.bound());
    // Others may run on this machine: each of these is asked for alone.
    for (const std::string& pid : {own, std::string("1"), std::string("2147483646")}) {
        const auto none = agent({"health", "--pid", pid});
        EXPECT_EQ(none.exit_code, 1) << pid;
        EXPECT_EQ(none.errors, "plumb-agent health: no agent has process id " + pid + "\n");
    }
}

TEST(HealthProgram, an_agent_that_had_no_descriptors_left_answers_once_it_has_some) {
    const plumb::test::TempDir directory;
    const plumb::test::RefusingPort refusing;
    plumb::test::ChildSpec spec;
    const auto config = directory.write(
        "plumb.yaml",
        "environment: staging\nservice: checkout\ntask: false\ntargets:\n  cache: tcp://127.0.0.1:" +
            std::to_string(refusing.port()) + "\n");
    spec.command = {agent_path(), "run", "--config", config, "--output", directory.file("windows")};
    spec.output_file = directory.file("log");
    plumb::test::ChildProcess child(spec);
    const auto health = [&] { return agent({"health", "--pid", std::to_string(child.pid())}); };
    const auto answers = [&] { return health().exit_code == 0; };
    ASSERT_TRUE(eventually(answers)) << contents(spec.output_file);
    rlimit before{};
    ASSERT_EQ(::prlimit(child.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
    const rlimit standard_streams{3, before.rlim_max};
    ASSERT_EQ(::prlimit(child.pid(), RLIMIT_NOFILE, &standard_streams, nullptr), 0);
    EXPECT_THAT(health().errors, HasSubstr("does not answer"));
    ASSERT_EQ(::prlimit(child.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
    EXPECT_TRUE(eventually(answers)) << contents(spec.output_file);
    EXPECT_EQ(child.stop(), 0);
}

}  // namespace
}  // namespace plumb::agent::test
