// A link of known delay and loss: the near end is a TUN interface in the caller's network namespace, the far
// end one in a namespace of its own, and a thread carries packets between them. Each packet is held for
// `delay`, so a round trip takes twice that and the scheduling of two wake-ups. Order is kept.
//
// Servers that are to be reached over it are started under `const Inside far(link.far_side())`.
#pragma once

#include "tests/link/carrier.hpp"
#include "tests/link/namespaces.hpp"
#include "tests/link/tun_device.hpp"

#include <chrono>
#include <cstdint>

namespace plumb::link {

struct LinkSpec {
    std::chrono::nanoseconds delay{std::chrono::milliseconds(5)};  // each way
    double loss = 0;                                               // of 1, each way; 1 swallows everything
    std::uint64_t seed = 1;                                        // of the losses: the same each time
};

class Link {
  public:
    // REQUIRES: enter_own_network() has succeeded. Throws std::system_error.
    explicit Link(const LinkSpec& spec);

    static constexpr const char* kNearInterface = "plumb-near";
    static constexpr const char* kNearAddress = "10.99.0.1";
    static constexpr const char* kFarAddress = "10.99.0.2";
    static constexpr const char* kNobody = "10.99.0.99";  // behind the link, and nobody answers there

    const Namespace& far_side() const { return far_side_; }
    std::uint64_t carried() const { return carrier_.carried(); }
    std::uint64_t lost() const { return carrier_.lost(); }            // as `loss` wants it
    std::uint64_t overflown() const { return carrier_.overflown(); }  // the link held more than it can

  private:
    TunDevice near_;
    Namespace far_side_;
    TunDevice far_;
    Carrier carrier_;
};

}  // namespace plumb::link
