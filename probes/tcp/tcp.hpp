// tcp://host:port: resolve and connect. Where the target asks for it: plain text to TLS (starttls=), and a
// dialogue of some steps (send=, expect=). Also what a scheme without a probe of its own falls back to.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& tcp_kind();

}  // namespace plumb
