// The http probe: http://[user:pass@]host[:port]/path?query and https://….  One request, HTTP/1.1, on a
// connection of its own; redirects are not followed.
//
// The query belongs to the server and is sent as it stands, so the probe's own options stand in the fragment,
// which no client ever sends (RFC 3986 §3.5):
// https://api.example.com/health#status=200,204&method=HEAD&ca=/etc/ca.pem
//
// Phases: resolve, connect, handshake (https), send, first_byte, transfer. An unexpected status fails in
// first_byte, whatever of the answer had arrived. The body is read to measure its transfer and thrown away;
// after kMaxBody bytes the run stops there and is a success: a large answer is no fault of the dependency. A
// header over kMaxHeader bytes is peer.too_large. A target that may only be connected to (a discovered URL)
// ends after connect or handshake.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& http_kind();

}  // namespace plumb
