// Plain lines to stderr, each with its time. A kind of message that repeats is written at most once in ten
// seconds, with the number left out. A line that would have to wait for a reader is dropped. Callers pass
// nothing secret. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace plumb::agent {

// Which of the messages of one kind to write. Pure.
class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;
    explicit RateLimit(std::chrono::nanoseconds period) : period_(period) {}

    struct Decision {
        bool write;
        std::uint64_t left_out;  // since the last one written
    };
    Decision ask(std::string_view kind, Clock::time_point now);  // kinds are few: constants of the code

  private:
    struct State {
        Clock::time_point written;
        std::uint64_t left_out = 0;
    };
    std::chrono::nanoseconds period_;
    std::map<std::string, State, std::less<>> kinds_;
};

class Log {
  public:
    void line(std::string_view text);
    void limited(std::string_view kind, std::string_view text);

  private:
    RateLimit limit_{std::chrono::seconds(10)};
};

}  // namespace plumb::agent
