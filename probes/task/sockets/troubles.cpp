#include "probes/task/sockets/troubles.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

std::vector<std::uint64_t> inodes_in(const Census& census, TcpState state) {
    std::vector<std::uint64_t> inodes;
    for (const Socket& socket : census.sockets) {
        // Nobody can close what nobody has accepted: that is a matter of the accept queue.
        if (socket.state == state && socket.inode != 0) inodes.push_back(socket.inode);
    }
    std::sort(inodes.begin(), inodes.end());
    inodes.erase(std::unique(inodes.begin(), inodes.end()), inodes.end());
    return inodes;
}

std::string connections(unsigned count) {
    return fmt::format("{} connection{}", count, count == 1 ? "" : "s");
}

// In steps, since each new text of a fact is kept: "less than 10 s", "20 s", "3 min".
std::string age(Clock::duration time) {
    using namespace std::chrono;
    const auto seconds = duration_cast<std::chrono::seconds>(time).count();
    if (seconds < 10) return "less than 10 s";
    return seconds < 60 ? fmt::format("{} s", seconds / 10 * 10) : fmt::format("{} min", seconds / 60);
}

std::string called(const Groups& groups, std::size_t group, const Endpoint& endpoint) {
    std::string words = "to " + to_text(endpoint);
    if (group != groups.other()) return words;
    if (const auto owner = groups.only_owner(endpoint.port); !owner.empty())
        words += fmt::format(", the port of {} at an address that its name does not have", owner);
    return words;
}

}  // namespace

void TroubleWatch::grow_older(const Census& census, Clock::time_point now) {
    std::vector<Seen> present;
    auto known = close_wait_.begin();
    const auto keep_missed = [&] {
        if (census.partial && !known->missed)
            present.push_back({known->inode, known->looks, known->since, true});
        ++known;
    };
    for (const auto inode : inodes_in(census, TcpState::close_wait)) {
        while (known != close_wait_.end() && known->inode < inode)
            keep_missed();
        const bool again = known != close_wait_.end() && known->inode == inode;
        present.push_back({inode, again ? known->looks + 1 : 1, again ? known->since : now, false});
        if (again) ++known;
    }
    while (known != close_wait_.end())
        keep_missed();
    close_wait_ = std::move(present);
}

const TroubleWatch::Seen* TroubleWatch::find(std::uint64_t inode) const {
    const auto found =
        std::lower_bound(close_wait_.begin(), close_wait_.end(), inode,
                         [](const Seen& seen, std::uint64_t value) { return seen.inode < value; });
    return found != close_wait_.end() && found->inode == inode ? &*found : nullptr;
}

void TroubleWatch::add_close_wait(const Socket& socket, Pile& pile) const {
    const Seen* seen = find(socket.inode);
    ++pile.close_wait;
    if (seen == nullptr) return;
    ++pile.by_age[std::min(seen->looks, kLeakLooks) - 1];
    if (seen->looks >= (pile.inbound ? kInboundLooks : kLeakLooks)) ++pile.stuck;
    if (pile.oldest && *pile.oldest <= seen->since) return;
    pile.oldest = seen->since;
    pile.closed_by = socket.remote;
}

void TroubleWatch::add_syn_sent(const Socket& socket, Pile& pile) const {
    ++pile.syn_sent;
    if (socket.retransmits > 0 || socket.waited >= kLongWaitMs) ++pile.unanswered;
    if (pile.syn_sent == 1 || socket.retransmits > pile.retransmits) pile.called = socket.remote;
    pile.retransmits = std::max<unsigned>(pile.retransmits, socket.retransmits);
    if (socket.retransmits > 0 && std::binary_search(syn_sent_.begin(), syn_sent_.end(), socket.inode))
        pile.seen_before = true;
}

TroubleWatch::Piles TroubleWatch::pile_up(const Census& census, const Groups& groups) const {
    Piles piles;
    const auto key_of = [&groups](const Socket& socket, std::size_t group) {
        Endpoint judged_by;
        if (group == groups.other()) judged_by = socket.remote;
        if (group == groups.inbound()) judged_by.port = socket.local_port;
        return Key(group, judged_by);
    };
    for (const Socket& socket : census.sockets) {
        const bool closed = socket.state == TcpState::close_wait;
        if (socket.inode == 0 || (!closed && socket.state != TcpState::syn_sent)) continue;
        for (const auto group : groups.of(socket, census.inbound_ports)) {
            Pile& pile = piles[key_of(socket, group)];
            pile.inbound = group == groups.inbound();
            closed ? add_close_wait(socket, pile) : add_syn_sent(socket, pile);
        }
    }
    if (piles.empty()) return piles;
    for (const Socket& socket : census.sockets) {
        if (socket.state != TcpState::established) continue;
        for (const auto group : groups.of(socket, census.inbound_ports)) {
            const auto pile = piles.find(key_of(socket, group));
            if (pile != piles.end()) ++pile->second.established;
        }
    }
    return piles;
}

bool TroubleWatch::Pile::leaks() const {
    const bool higher_each_look =
        std::all_of(by_age.begin(), by_age.end(), [](auto count) { return count > 0; });
    return stuck >= kLeakSockets || (higher_each_look && !inbound);
}

bool TroubleWatch::Pile::is_unanswered() const {
    return retransmits > 0 || (unanswered > 1 && established == 0);
}

void TroubleWatch::Told::tell(Cause cause, unsigned sockets, const std::string& detail) {
    const bool first = trouble.cause == Cause::unknown;
    const bool worse = cause == Cause::task_connect_stuck && trouble.cause != cause;
    const bool larger = trouble.cause == cause && sockets > size;
    if (!first && !worse && !larger) return;
    trouble = {cause, detail};
    size = sockets;
}

std::vector<Trouble> TroubleWatch::judge(const Piles& piles, const Groups& groups, Clock::time_point now) {
    std::vector<Told> told(groups.size());
    std::set<std::pair<std::string, Endpoint>> unanswered;
    for (const auto& [key, pile] : piles) {
        const auto& [group, judged_by] = key;
        if (pile.leaks()) {
            const auto place = pile.inbound ? fmt::format("accepted on port {}", judged_by.port)
                                            : called(groups, group, pile.closed_by);
            told[group].tell(
                Cause::task_connection_leak, pile.close_wait,
                fmt::format("{} in CLOSE_WAIT, {} of them for {} looks or more, the oldest for {}; {}",
                            connections(pile.close_wait), pile.stuck,
                            pile.inbound ? kInboundLooks : kLeakLooks, age(now - pile.oldest.value_or(now)),
                            place));
        }
        if (pile.inbound || !pile.is_unanswered()) continue;
        std::pair name(groups.name(group), judged_by);
        if (pile.seen_before || unanswered_.contains(name)) {
            told[group].tell(
                Cause::task_connect_stuck, pile.syn_sent,
                fmt::format("{} in SYN_SENT, a SYN sent {} times; {}", connections(pile.syn_sent),
                            pile.retransmits + 1, called(groups, group, pile.called)));
        }
        unanswered.insert(std::move(name));
    }
    unanswered_ = std::move(unanswered);
    std::vector<Trouble> troubles;
    troubles.reserve(told.size());
    for (Told& each : told)
        troubles.push_back(std::move(each.trouble));
    return troubles;
}

std::vector<Trouble> TroubleWatch::look(const Census& census, const Groups& groups, Clock::time_point now) {
    grow_older(census, now);
    auto troubles = judge(pile_up(census, groups), groups, now);
    syn_sent_ = inodes_in(census, TcpState::syn_sent);
    return troubles;
}

}  // namespace plumb::task
