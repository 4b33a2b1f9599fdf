// The grpc probe: grpc://host[:port]/package.Service and grpcs://…: the health check of a service
// (grpc.health.v1), over one HTTP/2 connection; without a service the server as a whole is asked.
//
// Phases: resolve, connect, handshake (grpcs), send, first_byte, transfer. As gRPC's own clients do, the
// probe waits for the server's SETTINGS before it sends the call; `send` includes that. Over TLS the server
// has to agree on h2 by ALPN, again as those clients want it.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& grpc_kind();

}  // namespace plumb
