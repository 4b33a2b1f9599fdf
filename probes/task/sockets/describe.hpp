// A census → facts, gauges and checks. Pure: the census and `now` come in, what was seen before is kept here.
#pragma once

#include "probes/rates.hpp"
#include "probes/task/section.hpp"
#include "probes/task/sockets/census.hpp"
#include "probes/task/sockets/groups.hpp"
#include "probes/task/sockets/listeners.hpp"
#include "probes/task/sockets/troubles.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace plumb::task {

// An outcome's gauges are few, and other areas of the task share them.
inline constexpr std::size_t kMaxSocketGauges = 40;
inline constexpr std::size_t kMaxShownDependencies = 24;    // whose connections are told
inline constexpr std::size_t kMaxDetailedDependencies = 6;  // of which everything is told

class SocketSummary {
  public:
    // Adds to `look` what the census shows. Of an absent one nothing but the fact that it is.
    void look(const Census& census, std::span<const SocketTarget> targets, Clock::time_point now, Depth depth,
              Look& look);

  private:
    // The sums of one group.
    struct Tally {
        std::size_t group = 0;
        Cause cause = Cause::unknown;
        std::uint64_t connections = 0, close_wait = 0, syn_sent = 0, time_wait = 0;
        std::uint64_t unsent = 0, unread = 0;  // bytes
        std::vector<std::uint32_t> rtts;       // µs
        std::uint64_t retransmits = 0;         // since the look before
    };

    std::vector<Tally> count(const Census& census, const Groups& groups) const;
    void add(const Socket& socket, Tally& tally) const;
    std::uint64_t retransmits_since(const Socket& socket) const;
    void remember(const Census& census, Clock::time_point now);
    void tell_groups(std::vector<Tally> tallies, const Groups& groups, Clock::time_point now,
                     Outcome& outcome);
    void tell_details(Tally& tally, const std::string& name, Clock::time_point now, Outcome& outcome) const;
    void tell_listeners(const Census& census, Clock::time_point now, Depth depth, Look& look);

    TroubleWatch troubles_;
    BacklogWatch backlogs_;
    Rates rates_;
    std::set<std::string> known_;  // dependencies that the app has had a connection to
    std::vector<std::pair<std::uint64_t, std::uint32_t>> retransmits_;  // by inode, sorted
    std::optional<Clock::time_point> remembered_at_;
};

}  // namespace plumb::task
