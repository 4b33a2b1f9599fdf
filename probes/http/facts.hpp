// The phases, facts and gauges that are http's own, each declared once.
#pragma once

#include "probes/probe.hpp"

namespace plumb::http {

using enum FactClass;

inline constexpr FactInfo kStatus{"http.status", must_match, "status of the answer"};
inline constexpr FactInfo kVersion{"http.version", must_match,
                                   "version of HTTP that the server answers with"};
inline constexpr FactInfo kServer{"http.server", informational, "what the server calls itself"};
// It names hosts, which differ between environments.
inline constexpr FactInfo kLocation{"http.location", informational,
                                    "where a redirect points, without query and userinfo"};
inline constexpr FactInfo kRedirects{"http.redirects", must_match, "how many redirects were followed"};
inline constexpr FactInfo kRoute{"http.route", must_match,
                                 "whether the way leads through a proxy: direct or proxy"};
inline constexpr FactInfo kProxy{"http.proxy", informational, "the proxy on the way, host and port"};
// A server may end a kept connection at any time, so one that did says little of its configuration.
inline constexpr FactInfo kKeepAlive{"http.keep_alive", informational,
                                     "whether a second request was answered on the same connection"};

inline constexpr GaugeInfo kRateLimit{"http.rate_limit", "requests",
                                      "used of the quota that the server tells of this caller", true};
// Also where the limit itself is not told.
inline constexpr GaugeInfo kRateLimitRemaining{"http.rate_limit_remaining", "requests",
                                               "what is left of that quota"};
inline constexpr GaugeInfo kRateLimitReset{"http.rate_limit_reset", "s",
                                           "time until that quota is whole again"};
inline constexpr GaugeInfo kRetryAfter{"http.retry_after", "s", "how long the server asks to be left alone"};

const Catalog& catalog();  // of the whole kind

}  // namespace plumb::http
