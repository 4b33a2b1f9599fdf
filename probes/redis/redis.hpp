// The redis probe: redis://[user:pass@]host[:port][/db] and rediss:// (TLS from the first byte).
//
// Phases: resolve, connect, handshake (rediss), authenticate (only when the URL has a user, a password or a
// database), ping, inspect (INFO). It writes nothing to the server and never switches the protocol (no
// HELLO), so it works against everything that speaks RESP2. The connection is simply closed: QUIT would leave
// the TIME_WAIT with the server.
//
// Failures are redis.* for an error reply, peer.* for what is no reply at all. An account that may not call
// INFO or CONFIG is no failure: the app does not need them either; fact redis.info says "hidden".
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& redis_kind();

}  // namespace plumb
