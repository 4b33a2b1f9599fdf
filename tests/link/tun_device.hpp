// A network interface whose packets a program reads and writes (the kernel's TUN driver, IPv4, no headers of
// its own). Made in the calling thread's network namespace, where it stays while its descriptor is open.
#pragma once

#include "tests/support/sockets.hpp"

#include <string>

namespace plumb::link {

class TunDevice {
  public:
    // `address` is the interface's own, in a network of 24 bits. Throws std::system_error.
    TunDevice(const std::string& name, const std::string& address);

    int descriptor() const { return device_.get(); }  // non-blocking; one packet a read or write

  private:
    test::Descriptor device_;
};

void bring_up_loopback();

}  // namespace plumb::link
