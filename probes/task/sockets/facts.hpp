// What the census of sockets may add to an outcome, each declared once.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"

namespace plumb::task {

inline constexpr FactInfo kCensusSource{
    "sockets.census", FactClass::informational,
    "how the task's sockets were counted: netlink, proc, partial (a bound was reached), absent"};
inline constexpr FactInfo kListenerPorts{"listeners.ports", FactClass::informational,
                                         "TCP ports that the task listens on, without the agent's own"};

// Beside a check that fails, so that a finding can name what its count of runs cannot.
inline constexpr FactInfo kSocketTrouble{
    "sockets.NAME.trouble", FactClass::informational,
    "which connections leak or call in vain: how many, how long, and whom they lead to"};
inline constexpr FactInfo kListenerTrouble{
    "listeners.trouble", FactClass::informational,
    "the listener whose queue stays full: its address, how many wait, and its backlog"};

// NAME is a dependency. The agent's own connections are in none of them but the last.
inline constexpr GaugeInfo kConnections{"sockets.NAME.connections", "connections",
                                        "established connections of the app to this dependency"};
inline constexpr GaugeInfo kCloseWait{"sockets.NAME.close_wait", "connections",
                                      "closed by the dependency and not yet by the app"};
inline constexpr GaugeInfo kSynSent{"sockets.NAME.syn_sent", "connections", "calling, and not answered yet"};
inline constexpr GaugeInfo kRoundTrip{
    "sockets.NAME.rtt", "s", "round trip of the app's connections as the kernel measures it, median"};
inline constexpr GaugeInfo kRetransmits{"sockets.NAME.retransmits", "1/s",
                                        "segments that the app's connections had to send again"};
inline constexpr GaugeInfo kUnsent{"sockets.NAME.unsent", "bytes",
                                   "what the app has written and the dependency has not acknowledged"};
inline constexpr GaugeInfo kUnread{"sockets.NAME.unread", "bytes",
                                   "what the dependency has sent and the app has not read"};
inline constexpr GaugeInfo kTimeWait{
    "sockets.NAME.time_wait", "connections",
    "closed by this side within the last minute, the agent's own runs among them"};

inline constexpr GaugeInfo kOtherCloseWait{
    "sockets.other.close_wait", "connections",
    "closed by a peer that is no known dependency, not yet by the app"};
inline constexpr GaugeInfo kInboundCloseWait{"sockets.inbound.close_wait", "connections",
                                             "accepted by the app, closed by the client, not yet by the app"};

inline constexpr GaugeInfo kListenerQueue{"listeners.N.queue", "connections",
                                          "connections that wait until the app accepts them, on port N; of "
                                          "the listener's backlog: that it stays full is "
                                          "the check's to say, for one of a backlog of one is no trouble",
                                          false};
inline constexpr GaugeInfo kListenDrops{
    "listeners.overflows", "1/s", "connections that the task's listeners dropped, mostly for a full queue"};

}  // namespace plumb::task
