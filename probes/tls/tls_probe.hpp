// tls://host:port?sni=…&ca=…: resolve, connect, TLS handshake, and what the certificate says.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& tls_kind();

}  // namespace plumb
