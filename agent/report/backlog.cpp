#include "agent/report/backlog.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::agent {

void Backlog::push(Entry entry) {
    bytes_ += entry.payload.size();
    entries_.push_back(std::move(entry));
    while (entries_.size() > 1 && (entries_.size() > max_windows_ || bytes_ > max_bytes_))
        drop_oldest();
}

void Backlog::drop_oldest() {
    bytes_ -= entries_.front().payload.size();
    entries_.pop_front();
    if (sent_ > 0) --sent_;
    ++dropped_;
}

const Backlog::Entry* Backlog::next() const {
    return sent_ < entries_.size() ? &entries_[sent_] : nullptr;
}

void Backlog::sent() {
    ++sent_;
}

bool Backlog::remove(std::uint64_t sequence) {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), sequence,
                         [](const Entry& entry, std::uint64_t value) { return entry.sequence < value; });
    if (found == entries_.end() || found->sequence != sequence) return false;
    if (static_cast<std::size_t>(found - entries_.begin()) < sent_) --sent_;
    bytes_ -= found->payload.size();
    entries_.erase(found);
    return true;
}

std::chrono::nanoseconds backoff_delay(unsigned attempt, double random, std::chrono::nanoseconds first,
                                       std::chrono::nanoseconds most) {
    const auto full = std::min(static_cast<double>(most.count()),
                               static_cast<double>(first.count()) * std::pow(2.0, std::min(attempt, 40U)));
    // Between half and the whole, so that a fleet that lost its controller does not return as one.
    return std::chrono::nanoseconds(static_cast<std::int64_t>(full * (0.5 + 0.5 * random)));
}

}  // namespace plumb::agent
