// The http probe: http://[user:pass@]host[:port]/path?query and https://…: one request, HTTP/1.1, on a
// connection of its own, and what its redirects lead to where that is asked.
//
// The query belongs to the server and is sent as it stands, so the probe's own options stand in the fragment,
// which no client ever sends (RFC 3986 §3.5):
// https://api.example.com/health#status=200,204&method=HEAD&ca=/etc/ca.pem
//
// Phases: resolve, connect, tunnel (https through a proxy), handshake (https), send, first_byte, transfer; in
// some runs reuse, reconnect and resume. With redirects they add up over the connections. An unexpected
// status or header fails in first_byte, whatever of the answer had arrived, and an unexpected body in
// transfer. After kMaxBody bytes of the body the run stops there and is a success, unless a pattern needs the
// rest: a large answer is no fault of the dependency. A header over kMaxHeader bytes is peer.too_large.
//
// Through a proxy it is the proxy that is resolved and connected to. A target that may only be connected to
// (a discovered URL) ends after connect, tunnel or handshake.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& http_kind();

}  // namespace plumb
