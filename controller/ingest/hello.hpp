// Who may report, and as whom: checks the first message of a stream.
#pragma once

#include "controller/access/tokens.hpp"
#include "controller/ingest/commit_queue.hpp"

#include <optional>

#include <grpcpp/support/status.h>

namespace plumb::v1 {
class Hello;
}

namespace plumb::ingest {

// INVALID_ARGUMENT says which label or bound is wrong; PERMISSION_DENIED when the token speaks for another
// environment. On OK `identity` is filled in, bounded and escaped.
grpc::Status check_hello(const v1::Hello& hello, const std::optional<access::Grant>& grant,
                         Identity& identity);

}  // namespace plumb::ingest
