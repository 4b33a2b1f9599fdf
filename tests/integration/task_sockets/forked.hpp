// The app, as a process of its own: forked from the test, it does its work and stays until it is ended.
#pragma once

#include "tests/support/sockets.hpp"

#include <cstdint>
#include <functional>
#include <sys/types.h>
#include <vector>

namespace plumb::test {

class ForkedApp {
  public:
    // `work` runs in the child; what it returns arrives here before the constructor is through. What it
    // opened and put into `held` stays open. Throws when it does not come so far.
    using Held = std::vector<Descriptor>;
    explicit ForkedApp(const std::function<std::uint16_t(Held& held)>& work);
    // The same with something to do again and again from then on.
    ForkedApp(const std::function<std::uint16_t(Held& held)>& work,
              const std::function<void(Held& held)>& each);
    ~ForkedApp();
    ForkedApp(const ForkedApp&) = delete;
    ForkedApp& operator=(const ForkedApp&) = delete;

    std::uint16_t answer() const { return answer_; }

  private:
    pid_t pid_ = -1;
    std::uint16_t answer_ = 0;
};

// Runs `work` in a child and waits for it: its exit code, 255 when it threw.
int in_child(const std::function<int()>& work);

// A connection to 127.0.0.1 over IPv4, or with a socket of IPv6 to the same address; throws when it is
// refused.
Descriptor connect_v4(std::uint16_t port);
Descriptor connect_mapped(std::uint16_t port);
// One that is under way, whatever comes of it.
Descriptor start_connecting(std::uint16_t port);

// For this process alone and for good: there is no netlink any more (seccomp(2)), as in some sandboxes.
void forbid_netlink();

}  // namespace plumb::test
