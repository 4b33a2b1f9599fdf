#include "agent/log.hpp"

#include "base/duration.hpp"

#include <cstdio>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::agent {

RateLimit::Decision RateLimit::ask(std::string_view kind, Clock::time_point now) {
    const auto found = kinds_.find(kind);
    if (found == kinds_.end()) {
        kinds_.emplace(kind, State{now, 0});
        return {true, 0};
    }
    auto& state = found->second;
    if (now - state.written < period_) {
        ++state.left_out;
        return {false, 0};
    }
    const auto left_out = state.left_out;
    state = State{now, 0};
    return {true, left_out};
}

void Log::line(std::string_view text) {
    const auto out = fmt::format("{} plumb-agent: {}\n", format_time(std::chrono::system_clock::now()), text);
    // A log that nobody reads must not stop the probing.
    pollfd reader{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&reader, 1, 0) == 1) std::fwrite(out.data(), 1, out.size(), stderr);
}

void Log::limited(std::string_view kind, std::string_view text) {
    const auto decision = limit_.ask(kind, RateLimit::Clock::now());
    if (!decision.write) return;
    line(decision.left_out == 0 ? std::string(text)
                                : fmt::format("{} ({} alike left out)", text, decision.left_out));
}

}  // namespace plumb::agent
