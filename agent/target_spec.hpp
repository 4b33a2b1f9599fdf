// A target as the user, a file or the environment gave it, before a probe is made for it. Where it came from
// stays with it, so that every complaint can say which line or variable to mend.
#pragma once

#include "base/result.hpp"
#include "probes/run.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

struct TargetSpec {
    std::string dependency;
    Url url;
    std::optional<std::chrono::nanoseconds> interval;          // of runs; absent: 5 s
    std::optional<std::chrono::nanoseconds> login_interval;    // absent: half a window
    std::optional<std::chrono::nanoseconds> inspect_interval;  // absent: a window
    std::optional<std::chrono::nanoseconds> timeout;           // absent: 2 s, or what --timeout says
    std::vector<PhaseLimit> limits;                            // of single phases
    bool connect_only = false;                                 // stop after connect and handshake
    std::string note;                                          // for people; travels into each outcome
    std::string origin;  // "DATABASE_URL", "--target database", "target 'database'"
    int line = 0;        // in the configuration file; 0: none
};

inline constexpr std::size_t kMaxUrlBytes = 8192;
// Leaves room for the dependency `task`, the task's own evidence.
inline constexpr std::size_t kMaxTargets = 255;

// Letters, digits, '.', '_' and '-', at most 128 bytes, and not `task`. The error says so.
Result<void> check_dependency_name(std::string_view name);

// Bounded, free of control characters, then probes/url.hpp. The error holds nothing of the text but its
// scheme.
Result<Url> read_url(std::string_view text);

}  // namespace plumb::agent
