// The sequence numbers of one agent that were seen, as ranges: a run without gaps costs one entry.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>

namespace plumb::judge {

class SequenceSet {
  public:
    // False when the number was there already.
    bool insert(std::uint64_t number) {
        auto after = ranges_.upper_bound(number);
        const auto before = after == ranges_.begin() ? ranges_.end() : std::prev(after);
        if (before != ranges_.end() && number <= before->second) return false;
        const bool joins_after = after != ranges_.end() && after->first - 1 == number;
        const std::uint64_t last = joins_after ? after->second : number;
        if (joins_after) ranges_.erase(after);
        if (before != ranges_.end() && before->second + 1 == number) {
            before->second = last;
        } else {
            ranges_.emplace(number, last);
        }
        return true;
    }

  private:
    std::map<std::uint64_t, std::uint64_t> ranges_;  // first → last, neither touching nor overlapping
};

}  // namespace plumb::judge
