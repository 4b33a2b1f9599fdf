// An http URL and the options in its fragment → what the probe sends and expects.
#pragma once

#include "base/result.hpp"
#include "probes/probe.hpp"
#include "probes/url.hpp"

#include <span>
#include <string>
#include <vector>

namespace plumb::http {

struct StatusRange {
    int first = 200;
    int last = 399;
    friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

struct Settings {
    std::string host;
    std::uint16_t port = 80;
    bool tls = false;
    std::string request_target;  // path and query as they go on the wire
    std::string user;
    Secret password;
    bool head = false;  // HEAD instead of GET
    std::vector<StatusRange> expected{StatusRange{}};
    std::string expected_text;         // as the user wrote it; empty: the default
    std::vector<std::string> secrets;  // what a peer might echo and nobody may read, the longest first
    bool quotable = true;              // nothing in the URL is secret, so a peer's garbage may be quoted
};

// With `strict`, options that are unknown or out of range are errors. A URL that is only connected to keeps
// whatever its app put into the fragment: there it means nothing to us.
Result<Settings> settings_of(const Url& url, bool strict);

// "200-204,301" → ranges.
Result<std::vector<StatusRange>> parse_statuses(std::string_view text);

// The same URL with the fragment's options in place of the query: what TlsOptions and check_options read.
Url options_view(const Url& url);

std::span<const Option> options();

}  // namespace plumb::http
