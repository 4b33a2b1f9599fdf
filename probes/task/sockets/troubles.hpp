// Which connections are in trouble: those that stay in CLOSE_WAIT, and those that stand in SYN_SENT. One look
// tells neither, since each connection passes through such states; what is still so at the next looks does.
// Everything is judged by looks, whatever time lies between them; times are told. Pure: a census in, troubles
// out.
//
// What is normal and said nothing of: a connection that the app closes soon after its peer; up to two that a
// pool holds until it next uses them; many in SYN_SENT at a time to a peer far away; a SYN that was lost
// once.
#pragma once

#include "model/cause.hpp"
#include "probes/task/sockets/census.hpp"
#include "probes/task/sockets/groups.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace plumb::task {

struct Trouble {
    Cause cause = Cause::unknown;  // unknown: none
    std::string detail;
};

// A leak: kLeakSockets or more that have been in CLOSE_WAIT for kLeakLooks looks; or a pile that each look
// finds one higher. A server that still works for a client that gave up shows the same for a while: accepted
// connections get kInboundLooks.
inline constexpr unsigned kLeakSockets = 3;
inline constexpr unsigned kLeakLooks = 3;
inline constexpr unsigned kInboundLooks = 6;
// A SYN that is this old and was not sent again has waited longer than any round trip.
inline constexpr std::uint32_t kLongWaitMs = 500;

class TroubleWatch {
  public:
    // One look: the worse trouble of each group; connections that nobody answers are worse than a leak.
    // Sockets are known again by their inodes. What a partial census does not show is taken to be as it was,
    // once.
    std::vector<Trouble> look(const Census& census, const Groups& groups, Clock::time_point now);

  private:
    struct Seen {
        std::uint64_t inode = 0;
        unsigned looks = 0;
        Clock::time_point since{};  // the first of them
        bool missed = false;
    };
    // What is judged together: a dependency's sockets; of others those to one endpoint; of accepted ones
    // those of one port.
    using Key = std::pair<std::size_t, Endpoint>;
    struct Pile {
        bool inbound = false;
        unsigned established = 0;
        unsigned close_wait = 0;
        std::array<unsigned, kLeakLooks> by_age{};  // in CLOSE_WAIT for one look, two, and more
        unsigned stuck = 0;                         // in CLOSE_WAIT for as many looks as the group is given
        std::optional<Clock::time_point> oldest;    // since when the oldest is in CLOSE_WAIT
        Endpoint closed_by;                         // its peer
        unsigned syn_sent = 0;
        unsigned unanswered = 0;   // in SYN_SENT longer than any round trip
        unsigned retransmits = 0;  // the most times that one of them has sent its SYN again
        bool seen_before = false;  // one that has was there in the look before
        Endpoint called;           // whom that one calls

        bool leaks() const;
        bool is_unanswered() const;
    };
    using Piles = std::map<Key, Pile>;
    struct Told {
        Trouble trouble;
        unsigned size = 0;
        void tell(Cause cause, unsigned sockets, const std::string& detail);
    };

    void grow_older(const Census& census, Clock::time_point now);
    const Seen* find(std::uint64_t inode) const;
    Piles pile_up(const Census& census, const Groups& groups) const;
    void add_close_wait(const Socket& socket, Pile& pile) const;
    void add_syn_sent(const Socket& socket, Pile& pile) const;
    std::vector<Trouble> judge(const Piles& piles, const Groups& groups, Clock::time_point now);

    std::vector<Seen> close_wait_;                           // sorted by inode
    std::vector<std::uint64_t> syn_sent_;                    // of the look before, sorted
    std::set<std::pair<std::string, Endpoint>> unanswered_;  // groups and endpoints, in the look before
};

}  // namespace plumb::task
