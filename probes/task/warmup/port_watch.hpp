// Does the app listen on another port than its health check asks? Pure.
//
// A port that refuses is usual while an app starts, and in a task other containers listen too, some of which
// call themselves healthy on any path. So the port must have refused from the first question on, and half of
// the time to the kill line must be over.
#pragma once

#include "probes/task/section.hpp"
#include "probes/task/warmup/url_course.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plumb::task {

struct OtherPort {
    std::uint16_t port = 0;
    int status = 0;  // its answer to the same path
};

class PortWatch {
  public:
    PortWatch(const WarmupSettings& settings, Clock::time_point start);

    void set_start(Clock::time_point start) { start_ = start; }  // now better known

    void answered(const HealthAnswer& answer);  // of the port that the health check asks

    // The port has not refused once: it is the right one, for good.
    bool settled() const { return settled_; }
    bool suspicious() const;
    // Of the ports that the task listens on, those to try next, at most kMaxTried; one that answered before
    // is the first. With more of them the next call gives others.
    std::vector<std::uint16_t> to_try(std::vector<std::uint16_t> listening);
    void tried(std::optional<OtherPort> healthy) { found_ = healthy; }  // nothing: none of them is healthy

    Check check() const;
    // "8080 refuses, 9090 answers 200"; "" as long as the check passes.
    std::string in_words() const;

    static constexpr std::size_t kMaxTried = 8;

  private:
    std::uint16_t port_;
    std::string path_;
    std::chrono::nanoseconds half_way_;
    Clock::time_point start_;
    Clock::time_point last_{};
    unsigned refused_ = 0;
    bool settled_ = false;
    std::size_t turn_ = 0;
    std::optional<OtherPort> found_;
};

}  // namespace plumb::task
