// Network namespaces of one's own (network_namespaces(7), user_namespaces(7)), as a laboratory for packets.
// Broken infrastructure throws std::system_error; what is not permitted here is a Result.
#pragma once

#include "base/result.hpp"
#include "tests/support/sockets.hpp"

namespace plumb::link {

// Moves the process into a new network namespace whose loopback is up; who is not root becomes root of a new
// user namespace first. The Error says what is not permitted. REQUIRES: the process has no other thread.
Result<void> enter_own_network();

// One more network namespace, beside the one the calling thread is in; gone with the last process in it.
class Namespace {
  public:
    Namespace();
    int descriptor() const { return descriptor_.get(); }

  private:
    test::Descriptor descriptor_;
};

// The calling thread is in that namespace while this lives: what it opens and whom it starts belong there.
class Inside {
  public:
    explicit Inside(const Namespace& where);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

  private:
    test::Descriptor home_;
};

}  // namespace plumb::link
