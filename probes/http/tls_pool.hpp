// The TLS settings of the hosts that one target leads to: its own, and those of redirects. Not thread-safe.
#pragma once

#include "probes/http/request.hpp"
#include "probes/net/tls.hpp"

#include <map>
#include <optional>
#include <string>

namespace plumb::http {

class TlsPool {
  public:
    // With `now` the target's own settings are made at once, so that no run pays for reading certificates;
    // those of other hosts share them.
    TlsPool(net::TlsOptions options, bool now);

    // Another origin is shown no client certificate. Valid until the next call.
    const net::TlsSettings& settings_of(const Hop& hop);

  private:
    net::TlsOptions options_;
    std::optional<net::TlsSettings> own_;
    std::map<std::string, net::TlsSettings> others_;  // by host, at most kMostOthers
};

}  // namespace plumb::http
