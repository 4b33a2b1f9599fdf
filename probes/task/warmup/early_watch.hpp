// Did the app call itself healthy before its dependencies could be reached? Pure.
//
// A dependency shows it when none of its runs had succeeded before the first healthy answer, and one failed
// after it: that it was not probed yet shows nothing.
#pragma once

#include "probes/run.hpp"
#include "probes/task/section.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::task {

class EarlyWatch {
  public:
    void dependency_seen(std::string_view dependency, bool ok, Clock::time_point at);
    // Nothing: it is not known, or too late to tell.
    void first_healthy(std::optional<Clock::time_point> at) { healthy_ = at; }

    // Nothing while there is nothing to compare. It fails kTold times at most: what happened once, at the
    // start, holds up no release for ever. `who` answered healthy, and within what time.
    std::optional<Check> check(std::string_view who, std::chrono::nanoseconds within);

    static constexpr unsigned kTold = 60;
    static constexpr std::size_t kMaxDependencies = 256;  // further ones are not looked at

  private:
    struct Seen {
        std::optional<Clock::time_point> first_ok;
        std::optional<Clock::time_point> failed;  // the last time before that
    };
    bool unreachable_when_healthy(const Seen& seen) const;
    std::string early_ones() const;

    std::map<std::string, Seen, std::less<>> dependencies_;
    std::optional<Clock::time_point> healthy_;
    unsigned told_ = 0;
};

}  // namespace plumb::task
