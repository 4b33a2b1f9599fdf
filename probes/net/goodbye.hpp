// The end of a conversation, in order on both sides: the last words, then the peer's own end.
#pragma once

#include "probes/net/stream.hpp"

#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace plumb::net {

// Says `words` (the protocol's own QUIT) and waits until the peer has ended too, so that it has given the
// slot back before anybody connects again; but no longer than a moment and a few round trips, and not beyond
// `latest`. Closes the stream. Nothing of it is a failure. A goodbye belongs to no phase: call run.finish()
// before.
boost::asio::awaitable<void> say_goodbye(Stream& stream, std::string_view words, Clock::time_point latest);

}  // namespace plumb::net
