// The facts that are grpc's own. What the server says of itself is judged as a failure when it is bad, so it
// is no fact to compare.
#pragma once

#include "model/fact.hpp"

namespace plumb::grpc_health {

using enum FactClass;

inline constexpr FactInfo kHealth{"grpc.health", informational,
                                  "what the health check says: SERVING, NOT_SERVING, UNKNOWN"};
inline constexpr FactInfo kStatus{"grpc.status", informational, "status of the call: OK, UNIMPLEMENTED …"};
inline constexpr FactInfo kServer{"grpc.server", informational,
                                  "what the server, or the proxy before it, calls itself"};

}  // namespace plumb::grpc_health
