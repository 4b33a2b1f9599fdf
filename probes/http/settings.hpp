// An http URL and the options in its fragment → what the probe sends and expects.
#pragma once

#include "base/result.hpp"
#include "probes/http/echo.hpp"
#include "probes/http/expectation.hpp"
#include "probes/http/proxy.hpp"
#include "probes/probe.hpp"
#include "probes/url.hpp"

#include <span>
#include <string>
#include <vector>

namespace plumb::http {

struct Field {
    std::string name;
    Secret value;
};

struct Settings {
    std::string host;
    std::uint16_t port = 80;
    bool tls = false;
    std::string request_target;  // path and query as they go on the wire
    std::string user;
    Secret password;
    std::string method = "GET";
    std::vector<Field> fields;  // given by the target, in order
    Secret body;
    Expectation expected;
    int redirects = 0;       // how many are followed
    bool downgrade = false;  // also from https to http
    Route route;
    Echo echo;             // what a peer might echo and nobody may read
    bool quotable = true;  // nothing that is sent is secret, so a peer's garbage may be quoted

    bool is_safe() const { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }
};

// With `strict`, options that are unknown or out of range are errors. A URL that is only connected to keeps
// whatever its app put into the fragment: there it means nothing to us.
Result<Settings> settings_of(const Url& url, bool strict, const Variables& variables = process_variable);

// The same URL with the fragment's options in place of the query: what TlsOptions and check_options read.
Url options_view(const Url& url);

// Path and query of a URL as they go on the wire.
std::string request_target_of(const Url& url);

std::vector<Option> options();

}  // namespace plumb::http
