// The memcached probe: memcached://host[:port], memcache://, and memcacheds:// (TLS from the first byte).
//
// Phases: resolve, connect, handshake (memcacheds), ping (version), inspect (stats). It speaks the text
// protocol, stores nothing and ends with quit. It does not log in: a server that demands SASL or a password
// is reached and then fails with peer.closed or peer.unexpected, in the server's own words.
// https://github.com/memcached/memcached/blob/master/doc/protocol.txt
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& memcached_kind();

}  // namespace plumb
