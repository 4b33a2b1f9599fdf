// A few bytes from a metadata endpoint. Asked for by HTTP/1.0, so that a simple server closes behind its
// answer; one that says how long its answer is need not.
#pragma once

#include "probes/probe.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace plumb::task {

inline constexpr std::size_t kMaxMetadata = 512 << 10;

struct MetadataRequest {
    Url url;
    std::string path;  // added to the URL's own
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> headers;
};

// The body of a 200; "" when there was none by the deadline.
boost::asio::awaitable<std::string> ask_metadata(Services& services, const MetadataRequest& request,
                                                 Clock::time_point deadline);

}  // namespace plumb::task
