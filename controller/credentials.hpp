// The server's side of TLS: reads and checks the PEM files before gRPC sees them, since gRPC says only that
// something is wrong.
#pragma once

#include "base/result.hpp"
#include "controller/serve.hpp"

#include <memory>

#include <grpcpp/security/server_credentials.h>

namespace plumb::controller {

// Plaintext when no certificate is configured. Whether plaintext is allowed is the caller's question.
Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const ServeOptions& options);

}  // namespace plumb::controller
