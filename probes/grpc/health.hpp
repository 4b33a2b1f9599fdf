// The health check's messages (grpc.health.v1) in gRPC's framing, and what an answer means. Pure.
#pragma once

#include "model/cause.hpp"
#include "probes/net/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::grpc_health {

inline constexpr std::string_view kPath = "/grpc.health.v1.Health/Check";
inline constexpr std::size_t kMaxMessage = 4096;  // an answer has two bytes

// What came back on the stream of the call. All text is the peer's, and bounded.
struct Answer {
    int http_status = 0;
    std::string content_type;
    std::string server;
    std::optional<int> status;  // grpc-status
    std::string message;        // grpc-message, decoded
    std::string body;           // at most kMaxMessage and its prefix
    std::uint32_t reset = 0;    // the HTTP/2 error with which the stream ended; 0: none
    std::string farewell;       // the words of a GOAWAY
};

// A HealthCheckRequest behind the prefix of a message (doc/PROTOCOL-HTTP2.md: Length-Prefixed-Message).
std::string check_request(std::string_view service);

struct Verdict {
    std::string_view status;         // name of the call's status
    std::string_view health;         // "SERVING" …; "" when the answer holds none
    std::optional<net::Failed> bad;  // its words quote the peer as it is
};
Verdict judge(const Answer& answer, std::string_view service);

}  // namespace plumb::grpc_health
