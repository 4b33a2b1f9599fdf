// A grpc URL → what is asked of whom.
#pragma once

#include "base/result.hpp"
#include "probes/options.hpp"
#include "probes/url.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::grpc_health {

struct Metadata {
    std::string name;  // lower case
    Secret value;
};

struct Settings {
    std::string host;
    std::uint16_t port = 0;
    bool tls = false;
    std::string authority;  // host:port, or what the target says
    std::string service;    // "" asks for the server as a whole
    std::vector<Metadata> metadata;

    // A peer's words without the metadata that it may echo.
    std::string scrubbed(std::string_view words) const;
};

Result<Settings> settings_of(const Url& url);

std::vector<Option> options();

}  // namespace plumb::grpc_health
