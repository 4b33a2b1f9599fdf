// The handshake itself, for the connection that start_tls() upgrades and for the one that resumes its
// session. The inside of the TLS files, as stream_impl.hpp is.
#pragma once

#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"

#include <functional>

#include <boost/asio/awaitable.hpp>

namespace plumb::net {

// Hangs an SSL of the target's settings on the stream. `session`, if any, is offered to the server;
// `keeps_session` asks it for one.
void attach_ssl(Stream::Impl& impl, const TlsSettings& settings, bool keeps_session,
                SSL_SESSION* session = nullptr);

boost::asio::awaitable<IoResult<void>> shake_hands(Stream::Impl& impl, Clock::time_point deadline);

// Reads what the peer has to say after the handshake, and no data, until `enough` says so, data is there, or
// the deadline passes, which is no failure.
boost::asio::awaitable<IoResult<void>> hear_out(Stream::Impl& impl, std::function<bool()> enough,
                                                Clock::time_point deadline);
// After a handshake that succeeded: its phase lasts from the ClientHello to our Finished (TLS 1.3) or
// whatever came after it.
void tell_times(Run& run, const TlsWire& wire);
// For hear_out: a few round trips, so that a peer that has nothing to say costs little.
Clock::time_point brief_deadline(const Run& run, const Stream& stream);

}  // namespace plumb::net
