// HTTP/2 frames as bytes (RFC 9113, 4.1), for peers that misbehave as no real server does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::test::h2 {

std::string frame(int type, int flags, std::uint32_t stream, std::string_view payload = {});
std::string settings();
std::string ping();
std::string goaway(std::uint32_t last_stream, std::uint32_t error, std::string_view words = {});
std::string reset(std::uint32_t stream, std::uint32_t error);
std::string data(std::uint32_t stream, std::string_view payload, bool last = false);

using Fields = std::vector<std::pair<std::string, std::string>>;
// Literal fields without indexing (RFC 7541, 6.2.2); names and values under 127 bytes.
std::string headers(std::uint32_t stream, const Fields& fields, bool last = false);

// How the health check of a server as a whole ends on the wire.
std::string call();
// A whole answer of the health check on stream 1.
std::string answer(int serving_status, const Fields& trailers = {{"grpc-status", "0"}});

}  // namespace plumb::test::h2
