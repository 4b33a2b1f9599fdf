// What the server of a target showed in its last handshake, and what is wrong with it. The inside of the TLS
// files.
#pragma once

#include "probes/net/tls.hpp"
#include "probes/net/tls_chain.hpp"
#include "probes/net/tls_staple.hpp"

#include <optional>
#include <string>

#include <openssl/types.h>

namespace plumb::net {

struct PeerMemory {
    ChainMemory chain;
    StapleMemory staple;
};

// The part of add_tls_facts() that stands in the certificates themselves. REQUIRES: read() a chain that holds
// one.
void add_chain_facts(Outcome& outcome, const ChainMemory& chain, std::time_t now);

struct PeerStaple {
    StapleStatus status = StapleStatus::none;
    std::string reason;  // of a revocation
};
// Nothing where the server was not asked for one.
std::optional<PeerStaple> staple_of(SSL* ssl, const TlsSettings& settings);

}  // namespace plumb::net
