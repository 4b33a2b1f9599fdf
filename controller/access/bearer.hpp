// Admits a call by its `authorization: Bearer …` metadata.
#pragma once

#include "controller/access/tokens.hpp"

#include <optional>

#include <grpcpp/support/status.h>

namespace grpc {
class ServerContextBase;
}

namespace plumb::access {

// Without tokens (nullptr) everybody is admitted and `grant` stays empty. Else UNAUTHENTICATED for a missing
// or unknown token and PERMISSION_DENIED for another role; the answer says what to do and never holds the
// token.
grpc::Status admit(const Tokens* tokens, const grpc::ServerContextBase& context, Role role,
                   std::optional<Grant>& grant);

}  // namespace plumb::access
