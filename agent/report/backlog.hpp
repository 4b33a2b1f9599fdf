// Windows that the controller has not acknowledged yet. Bounded in number and bytes: when full, the oldest
// goes first and is counted. Pure: the stream and the clock are somebody else's.
//
// Use: push() each window as it closes; next() and sent() on one stream, in order; acknowledge() or refuse()
// as the controller answers; restart() when the stream broke, so that everything left is sent again. Not
// thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

namespace plumb::agent {

class Backlog {
  public:
    using Clock = std::chrono::steady_clock;

    struct Entry {
        std::uint64_t sequence = 0;
        Clock::time_point ended;  // when the window closed: its age is measured from here at each send
        std::string payload;      // encoded, so that a window of many targets costs little
    };

    // The newest window is kept even when it alone is over `max_bytes`.
    Backlog(std::size_t max_windows, std::size_t max_bytes)
        : max_windows_(max_windows), max_bytes_(max_bytes) {}

    // REQUIRES: sequences ascend.
    void push(Entry entry);
    // The oldest entry that this stream has not sent; nullptr when there is none. Valid until the next call.
    const Entry* next() const;
    void sent();  // REQUIRES: next() != nullptr; moves past it
    void restart() { sent_ = 0; }
    // True when the sequence was held here; a repeat or a number never sent is false and changes nothing.
    bool acknowledge(std::uint64_t sequence) { return remove(sequence); }
    bool refuse(std::uint64_t sequence) { return remove(sequence); }

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }
    bool empty() const { return entries_.empty(); }
    bool awaiting() const { return sent_ > 0; }         // something was sent and not answered
    std::uint64_t dropped() const { return dropped_; }  // for want of room, since the start

  private:
    bool remove(std::uint64_t sequence);
    void drop_oldest();

    std::size_t max_windows_;
    std::size_t max_bytes_;
    std::deque<Entry> entries_;  // ascending sequences
    std::size_t sent_ = 0;       // of entries_, how many from the front this stream has sent
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
};

// Exponential back-off with jitter: the delay before the n-th attempt in a row (from 0), `random` in [0, 1).
std::chrono::nanoseconds backoff_delay(unsigned attempt, double random, std::chrono::nanoseconds first,
                                       std::chrono::nanoseconds most);

}  // namespace plumb::agent
