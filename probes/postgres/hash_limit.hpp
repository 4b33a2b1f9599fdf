// A bound on the work of a login. A server chooses how often SCRAM hashes the password (RFC 5802, RFC 7677),
// and libpq computes that in one go: a hostile peer could hold the whole loop for minutes.
//
// libpq.a finds the function that hashes in an archive of its own, so the linker puts ours before it (--wrap,
// ld(1); cmake/Libpq.cmake). It sees the count that is about to be computed, however its bytes came.
#pragma once

#include <chrono>

namespace plumb::postgres {

// PostgreSQL's default is 4,096; what is recommended for passwords elsewhere is 600,000. A million takes
// about half a second, so a run that has less than a second left is allowed one iteration a microsecond.
inline constexpr unsigned long kMaxScramIterations = 1'000'000;

// While one lives, libpq hashes no more than this in this thread; a server that asks for more, or for more
// than time is left, makes the login fail with words that login_failure() knows (too large, or a time-out).
// One at a time. Without one there is no limit.
class HashLimit {
  public:
    explicit HashLimit(std::chrono::nanoseconds left);  // of the run
    ~HashLimit();
    HashLimit(const HashLimit&) = delete;
    HashLimit& operator=(const HashLimit&) = delete;
};

}  // namespace plumb::postgres
