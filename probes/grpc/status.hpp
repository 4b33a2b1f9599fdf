// The status codes of gRPC (doc/statuscodes.md), and what stands for them where a server or a proxy sends
// none (doc/http-grpc-status-mapping.md; doc/PROTOCOL-HTTP2.md, "Errors").
#pragma once

#include "model/cause.hpp"

#include <cstdint>
#include <string_view>

namespace plumb::grpc_health {

inline constexpr int kOk = 0;
inline constexpr int kUnknown = 2;

int parse_status(std::string_view text);  // what is no code is UNKNOWN
std::string_view status_name(int status);
// REQUIRES: not OK.
Cause cause_of_status(int status);

int status_of_http(int http_status);          // of an answer without grpc-status
int status_of_reset(std::uint32_t h2_error);  // of a stream that was reset

}  // namespace plumb::grpc_health
