// The server's side of TLS, from the PEM files that its flags name.
#pragma once

#include "base/result.hpp"
#include "controller/serve.hpp"

#include <memory>

#include <grpcpp/security/server_credentials.h>

namespace plumb::controller {

// Plaintext when no certificate is configured. Whether plaintext is allowed is the caller's question.
Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const ServeOptions& options);

}  // namespace plumb::controller
