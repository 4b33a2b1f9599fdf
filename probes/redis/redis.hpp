// The redis probe: redis://[user:pass@]host[:port][/db] and rediss:// (TLS from the first byte).
//
// Phases: resolve, connect, handshake (rediss), authenticate (only when the URL has a user, a password or a
// database), ping, inspect (INFO; CONFIG GET of what it leaves out; of a cluster its state and slots) and
// shards (of a cluster: the primary of each other shard, one after another). It writes nothing to the server
// and never switches the protocol (no HELLO), so it works against everything that speaks RESP2. A session
// ends with QUIT.
//
// Failures are redis.* for an error reply, peer.* for what is no reply at all. An account that may not call
// INFO, CONFIG or CLUSTER is no failure: the app does not need them either; the facts redis.info and
// redis.topology say "hidden", and the server is not asked again for a while.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& redis_kind();

}  // namespace plumb
