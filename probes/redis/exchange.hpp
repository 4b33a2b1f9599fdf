// The I/O of one session: commands out, replies in, and a goodbye.
#pragma once

#include "probes/net/stream.hpp"
#include "probes/redis/session.hpp"
#include "probes/run.hpp"

#include <boost/asio/awaitable.hpp>

namespace plumb::redis {

// Speaks until the session is done, in its phases. A rejection or a failure is the run's. False: the peer is
// gone, silent or talks nonsense, and is due no goodbye.
boost::asio::awaitable<bool> converse(Run& run, net::Stream& stream, Session& session);

// QUIT, as in net::say_goodbye.
boost::asio::awaitable<void> say_goodbye(net::Stream& stream, Clock::time_point latest);

}  // namespace plumb::redis
