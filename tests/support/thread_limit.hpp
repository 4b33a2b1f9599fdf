// A process that may have no further thread, and may again. For a child alone: root has no such limit, so it
// becomes somebody else, and for good.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace plumb::test {

inline bool threads_run_out() {
    constexpr uid_t kNobody = 65534;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
    limit.rlim_cur = 0;
    return (::getuid() != 0 || ::setuid(kNobody) == 0) && ::setrlimit(RLIMIT_NPROC, &limit) == 0;
}

inline bool threads_come_back() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
    limit.rlim_cur = limit.rlim_max;
    return ::setrlimit(RLIMIT_NPROC, &limit) == 0;
}

}  // namespace plumb::test
