#include "agent/run/windows.hpp"

#include <algorithm>

namespace plumb::agent {

Windows::Windows(std::string agent, Labels labels, std::chrono::nanoseconds length, Declared declared,
                 Clock::time_point start, std::chrono::system_clock::time_point wall)
    : agent_(std::move(agent)),
      labels_(std::move(labels)),
      length_(length),
      declared_(std::move(declared)),
      start_(start),
      wall_(wall),
      opened_(start) {
    declare();
}

void Windows::declare() {
    for (const auto& [dependency, kind] : declared_)
        accumulator_.declare(dependency, kind);
}

void Windows::skipped(std::size_t target, std::uint64_t times) {
    const auto& [dependency, kind] = declared_.at(target);
    accumulator_.skipped(dependency, kind, times);
}

Window Windows::take(std::chrono::nanoseconds length, Clock::time_point now) {
    using std::chrono::milliseconds;
    Window window;
    window.agent = agent_;
    window.sequence = ++sequence_;
    // By the monotonic clock from the start, so that a step of the wall clock moves no window over another.
    window.start = wall_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(opened_ - start_);
    window.length = std::chrono::ceil<milliseconds>(length);
    window.task_age = std::chrono::floor<std::chrono::seconds>(now - start_);
    window.labels = labels_;
    window.dependencies = accumulator_.take();
    opened_ += length;
    declare();
    return window;
}

Window Windows::close(Clock::time_point now) {
    const auto lengths = std::max<std::int64_t>((now - opened_) / length_, 1);
    return take(length_ * lengths, now);
}

Window Windows::finish(Clock::time_point now, bool draining) {
    auto window = take(std::max<std::chrono::nanoseconds>(now - opened_, std::chrono::milliseconds(1)), now);
    window.draining = draining;
    return window;
}

}  // namespace plumb::agent
