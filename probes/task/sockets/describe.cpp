#include "probes/task/sockets/describe.hpp"

#include "probes/task/sockets/facts.hpp"

#include <algorithm>

namespace plumb::task {
namespace {

// "sockets.NAME.rtt" of "cache" is "sockets.cache.rtt".
std::string name_of(std::string_view declared, std::string_view dependency) {
    constexpr std::string_view kPlace = "NAME";
    std::string name(declared);
    return name.replace(name.find(kPlace), kPlace.size(), dependency);
}

void tell(const GaugeInfo& info, const std::string& dependency, double value, Outcome& outcome) {
    if (outcome.gauges.size() < kMaxSocketGauges ||
        outcome.find_gauge(name_of(info.name, dependency)) != nullptr)
        outcome.gauge(name_of(info.name, dependency), value, std::nullopt, info.refuses_at_limit);
}

void tell_if_any(const GaugeInfo& info, const std::string& dependency, double value, Outcome& outcome) {
    if (value > 0) tell(info, dependency, value, outcome);
}

double median(std::vector<std::uint32_t>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void tell_checks(const std::vector<Trouble>& troubles, const Groups& groups, Look& look) {
    std::size_t told = 0;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        Check check;
        check.name = "sockets." + groups.name(group);
        check.failed = troubles[group].cause != Cause::unknown;
        check.cause = troubles[group].cause;
        check.detail = troubles[group].detail;
        if (check.failed && ++told <= kMaxShownDependencies)
            look.evidence.fact(name_of(kSocketTrouble.name, groups.name(group)), kSocketTrouble.cls,
                               check.detail);
        look.checks.push_back(std::move(check));
    }
}

}  // namespace

std::uint64_t SocketSummary::retransmits_since(const Socket& socket) const {
    if (!socket.total_retransmits) return 0;
    const auto before =
        std::lower_bound(retransmits_.begin(), retransmits_.end(), std::pair(socket.inode, std::uint32_t{0}));
    if (before == retransmits_.end() || before->first != socket.inode) return 0;
    return *socket.total_retransmits > before->second ? *socket.total_retransmits - before->second : 0;
}

void SocketSummary::add(const Socket& socket, Tally& tally) const {
    switch (socket.state) {
        case TcpState::established:
            if (socket.inode == 0) return;
            ++tally.connections;
            tally.unsent += socket.unsent;
            tally.unread += socket.unread;
            tally.retransmits += retransmits_since(socket);
            if (socket.rtt > 0) tally.rtts.push_back(socket.rtt);
            return;
        case TcpState::close_wait:
            if (socket.inode != 0) ++tally.close_wait;
            return;
        case TcpState::syn_sent:
            ++tally.syn_sent;
            return;
        case TcpState::time_wait:
            ++tally.time_wait;
            return;
        case TcpState::listen:
            return;
    }
}

std::vector<SocketSummary::Tally> SocketSummary::count(const Census& census, const Groups& groups) const {
    std::vector<Tally> tallies(groups.size());
    for (std::size_t group = 0; group < tallies.size(); ++group)
        tallies[group].group = group;
    for (const Socket& socket : census.sockets) {
        for (const auto group : groups.of(socket, census.inbound_ports))
            add(socket, tallies[group]);
    }
    return tallies;
}

// Looks that follow at once are compared with the one before them, or the rate would be that of a moment.
void SocketSummary::remember(const Census& census, Clock::time_point now) {
    if (remembered_at_ && now - *remembered_at_ < Rates::kLeastApart) return;
    remembered_at_ = now;
    retransmits_.clear();
    for (const Socket& socket : census.sockets) {
        if (socket.state == TcpState::established && socket.inode != 0 && socket.total_retransmits)
            retransmits_.emplace_back(socket.inode, *socket.total_retransmits);
    }
    std::sort(retransmits_.begin(), retransmits_.end());
}

void SocketSummary::tell_details(Tally& tally, const std::string& name, Clock::time_point now,
                                 Outcome& outcome) const {
    const auto count = [&](const GaugeInfo& info, std::uint64_t value) {
        tell_if_any(info, name, static_cast<double>(value), outcome);
    };
    count(kCloseWait, tally.close_wait);
    count(kSynSent, tally.syn_sent);
    if (!tally.rtts.empty()) tell(kRoundTrip, name, median(tally.rtts) / 1e6, outcome);
    if (remembered_at_ && now - *remembered_at_ >= Rates::kLeastApart) {
        const double seconds = std::chrono::duration<double>(now - *remembered_at_).count();
        tell_if_any(kRetransmits, name, static_cast<double>(tally.retransmits) / seconds, outcome);
    }
    count(kUnsent, tally.unsent);
    count(kUnread, tally.unread);
    count(kTimeWait, tally.time_wait);
}

void SocketSummary::tell_groups(std::vector<Tally> tallies, const Groups& groups, Clock::time_point now,
                                Outcome& outcome) {
    const auto as_amount = [](std::uint64_t count) { return static_cast<double>(count); };
    if (const auto count = tallies[groups.other()].close_wait; count > 0)
        outcome.gauge(kOtherCloseWait, as_amount(count));
    if (const auto count = tallies[groups.inbound()].close_wait; count > 0)
        outcome.gauge(kInboundCloseWait, as_amount(count));

    tallies.resize(groups.dependencies());
    std::set<std::string> known;
    for (const Tally& tally : tallies) {
        const auto& name = groups.name(tally.group);
        const auto open = tally.connections + tally.close_wait + tally.syn_sent;
        if (open > 0 || known_.contains(name)) known.insert(name);
    }
    known_ = std::move(known);
    std::erase_if(tallies, [&](const Tally& tally) { return !known_.contains(groups.name(tally.group)); });
    std::stable_sort(tallies.begin(), tallies.end(), [](const Tally& a, const Tally& b) {
        const auto rank = [](const Tally& tally) {
            return std::tuple(tally.cause != Cause::unknown, tally.close_wait + tally.syn_sent,
                              tally.connections);
        };
        return rank(a) > rank(b);
    });
    if (tallies.size() > kMaxShownDependencies) tallies.resize(kMaxShownDependencies);
    for (const Tally& tally : tallies)
        tell(kConnections, groups.name(tally.group), as_amount(tally.connections), outcome);
    if (tallies.size() > kMaxDetailedDependencies) tallies.resize(kMaxDetailedDependencies);
    for (Tally& tally : tallies)
        tell_details(tally, groups.name(tally.group), now, outcome);
}

void SocketSummary::tell_listeners(const Census& census, Clock::time_point now, Depth depth, Look& look) {
    for (const Listener& listener : fullest_listeners(census.listeners)) {
        std::string name(kListenerQueue.name);
        name.replace(name.find(".N.") + 1, 1, std::to_string(listener.port));
        std::optional<double> limit;
        if (listener.backlog) limit = std::max(*listener.backlog, 1U);
        look.evidence.gauge(name, listener.queue, limit, kListenerQueue.refuses_at_limit);
    }
    if (census.listen_drops) {
        const auto rate = rates_.look("", kListenDrops.name, static_cast<double>(*census.listen_drops), now);
        if (rate) look.evidence.gauge(kListenDrops, *rate);
    }
    if (depth == Depth::inspect && !census.listeners.empty())
        look.evidence.fact(kListenerPorts, listening_ports(census.listeners));
    const auto full = backlogs_.look(census.listeners);
    if (full) look.evidence.fact(kListenerTrouble, *full);
    // Without backlogs nobody can say that none is full.
    if (census.source == CensusSource::netlink)
        look.checks.push_back({"listeners", Cause::task_backlog_full, full.has_value(), full.value_or("")});
}

void SocketSummary::look(const Census& census, std::span<const SocketTarget> targets, Clock::time_point now,
                         Depth depth, Look& look) {
    look.evidence.fact(kCensusSource, to_string(census));
    if (census.source == CensusSource::absent) return;
    const Groups groups(targets);
    const auto troubles = troubles_.look(census, groups, now);
    Look found;
    tell_listeners(census, now, depth, found);
    tell_checks(troubles, groups, found);
    auto tallies = count(census, groups);
    for (Tally& tally : tallies)
        tally.cause = troubles[tally.group].cause;
    tell_groups(std::move(tallies), groups, now, found.evidence);
    remember(census, now);
    for (const Fact& fact : found.evidence.facts)
        look.evidence.fact(fact.name, fact.cls, fact.value);
    for (const Gauge& gauge : found.evidence.gauges)
        look.evidence.gauge(gauge.name, gauge.value, gauge.limit, gauge.refuses_at_limit);
    for (Check& check : found.checks)
        look.checks.push_back(std::move(check));
}

}  // namespace plumb::task
