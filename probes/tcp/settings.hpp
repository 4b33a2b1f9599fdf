// What a tcp:// URL asks for beyond a connection.
#pragma once

#include "base/result.hpp"
#include "probes/net/resolver.hpp"
#include "probes/net/tls.hpp"
#include "probes/probe.hpp"
#include "probes/tcp/starttls.hpp"
#include "probes/tcp/steps.hpp"

#include <optional>
#include <vector>

namespace plumb::tcp {

struct Settings {
    net::Family family = net::Family::any;
    std::optional<Protocol> starttls;
    std::optional<net::TlsOptions> tls;  // with starttls
    std::vector<Step> steps;
};

std::vector<Option> option_list();  // with those of TLS
Result<Settings> read_settings(const Target& target);

}  // namespace plumb::tcp
