// The request's bytes (RFC 9112), and the next request after a redirect (RFC 9110 §15.4). Everything that a
// URL brings in is percent-encoded.
#pragma once

#include "probes/http/settings.hpp"
#include "probes/net/error.hpp"

#include <string>

namespace plumb::http {

// What one connection asks: the target's own request, or what a redirect made of it.
struct Hop {
    bool tls = false;
    std::string host;
    std::uint16_t port = 80;
    std::string request_target;
    std::string method;
    bool has_body = false;
    // Never left the target's own origin: credentials, the target's header fields, its body and its client
    // certificate go along.
    bool home = true;
};
Hop first_hop(const Settings& settings);

bool is_redirect(const Head& head);
// Where the answer points. A 303, and a 301 or 302 to a POST, becomes a GET. Refused with peer.unexpected:
// what is no http URL, a downgrade to http, and to send the body to another origin. REQUIRES:
// is_redirect(head).
net::IoResult<Hop> follow(const Settings& settings, const Hop& from, const Head& head);

struct RequestForm {
    bool keep_alive = false;
    const Proxy* proxy = nullptr;  // asks it to fetch: the absolute form (RFC 9112 §3.2.2)
};
// Secrets, since they may carry credentials.
Secret request(const Settings& settings, const Hop& hop, const RequestForm& form);
Secret connect_request(const Hop& hop, const Proxy& proxy);  // CONNECT host:port

}  // namespace plumb::http
