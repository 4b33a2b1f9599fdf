// A server chooses how often SCRAM hashes the password (RFC 5802, RFC 7677), and libpq computes that in one
// go: a hostile peer could hold the whole loop for minutes. The guard sees the bytes of a login before libpq
// does.
#pragma once

#include "probes/net/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::postgres {

// PostgreSQL's default is 4,096; what is recommended for passwords elsewhere is 600,000. A million takes
// about half a second, so a run that has less than a second left is allowed one iteration a microsecond.
inline constexpr unsigned long kMaxScramIterations = 1'000'000;

class LoginGuard {
  public:
    // The next bytes, in order; `left` is what is left of the run. The failure when the server asks for more
    // work than that.
    std::optional<net::Failed> see(std::string_view bytes, std::chrono::nanoseconds left);

  private:
    std::string recent_;  // bounded: libpq takes no authentication message of more than 2,000 bytes
};

}  // namespace plumb::postgres
