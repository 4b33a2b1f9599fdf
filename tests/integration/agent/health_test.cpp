// `plumb-agent health` among sockets that have the name of an agent and are none.
#include "tests/integration/agent/agent_program.hpp"

#include <cstddef>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using testing::HasSubstr;
using testing::Not;

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
    const auto none = agent({"health", "--pid", own});
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_EQ(none.errors, "plumb-agent health: no agent has process id " + own + "\n");
    // Others may run on this machine, and be silent: it is none of these.
    const auto all = agent({"health"});
    EXPECT_THAT(all.errors, Not(HasSubstr("nonsense")));
    EXPECT_THAT(all.errors, Not(HasSubstr("2147483646")));
}

}  // namespace
}  // namespace plumb::agent::test
