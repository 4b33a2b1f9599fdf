// A TLS handshake as what was said in it, for whoever listens to the run (Run::listen). Read from the facts
// that the handshake left in the outcome, so libpq's is told in the same words.
#pragma once

#include "probes/net/error.hpp"
#include "probes/net/tls.hpp"
#include "probes/run.hpp"

#include <optional>

namespace plumb::net {

void say_client_hello(Run& run, const TlsOptions& options);
// After add_tls_facts(). `broken`: why the handshake ended without success, and `answered`: whether the peer
// had sent anything by then.
void say_server_hello(Run& run, const std::optional<Failed>& broken, bool answered);
// What is wrong with the certificate, so that we go no further.
void say_objection(Run& run, const Failed& objection);

}  // namespace plumb::net
