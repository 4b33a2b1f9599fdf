// The memcached probe: memcached://host[:port], memcache://, and memcacheds:// (TLS from the first byte).
//
// Phases: resolve, connect, handshake (memcacheds), ping (version), inspect (stats). It speaks the text
// protocol, stores nothing and ends with quit. It does not log in: a server that demands a password fails
// with peer.unexpected, in the server's own words, and one that demands SASL, which speaks the binary
// protocol alone, with peer.timeout.
// https://github.com/memcached/memcached/blob/master/doc/protocol.txt
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& memcached_kind();

}  // namespace plumb
