// Resolve once, then dial the addresses in rotation until one connects; every address tried stands in the
// outcome.
#pragma once

#include "probes/net/resolver.hpp"
#include "probes/net/stream.hpp"
#include "probes/probe.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace plumb::net {

// Begins phases `resolve` (also for a literal: it then takes no time to speak of) and `connect`. Fills
// outcome.address, attempts, rtt, retransmits and the facts dns.scope, dns.answers, dns.cnames, dns.ttl,
// dns.resolver, tcp.family and those of note_kernel_facts(). Each address gets an equal share of the time
// that is left, at least 250 ms of it. nullopt: the run has failed.
boost::asio::awaitable<std::optional<Stream>> dial(Run& run, Services& services, const std::string& host,
                                                   std::uint16_t port, Family family = Family::any);

// The part of dial() before connecting, for libpq, which connects by itself: ordered by rotation. Empty:
// failed.
boost::asio::awaitable<std::vector<boost::asio::ip::address>> resolve_phase(Run& run, Services& services,
                                                                            const std::string& host,
                                                                            Family family = Family::any);

// For whoever listens: how the peer took our SYN, as far as it said anything.
void note_handshake(Run& run, std::optional<Cause> failed);

// One attempt at one address, in whatever phase is in progress; the socket is non-blocking.
boost::asio::awaitable<IoResult<boost::asio::ip::tcp::socket>> connect_one(
    boost::asio::any_io_executor executor, boost::asio::ip::tcp::endpoint endpoint,
    Clock::time_point deadline);

// Reads TCP_INFO into outcome.rtt and outcome.retransmits and the facts tcp.mss, tcp.path_mtu and
// tcp.window_scaling. Right after connecting the retransmits are lost SYNs; after an exchange the round trip
// is of data.
void note_kernel_facts(Outcome& outcome, int descriptor);

// When the SYN-ACK came, from those facts as they are right after connecting: the kernel's round trip is then
// that of SYN and SYN-ACK. Nothing when a SYN was repeated, which has none.
std::optional<Clock::time_point> answered_at(Clock::time_point started, const Outcome& outcome);

std::string endpoint_text(const boost::asio::ip::address& address, std::uint16_t port);

}  // namespace plumb::net
