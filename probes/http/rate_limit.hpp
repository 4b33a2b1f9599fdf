// What a server says of its quota → gauges http.rate_limit (used of limit) and http.rate_limit_reset, and of
// its wish to be left alone → gauge http.retry_after; the last two in seconds.
//
// Understood: the drafts' `RateLimit: "p";r=7;t=30` with `RateLimit-Policy: "p";q=100;w=60` and the older
// `RateLimit: limit=100, remaining=7, reset=30` (draft-ietf-httpapi-ratelimit-headers); RateLimit-Limit,
// -Remaining, -Reset, the same behind X-RateLimit- and X-Rate-Limit-, and with a window's or a unit's name at
// the end (-Minute, -Requests). Of several quotas the one that is nearest to its end. Retry-After as in RFC
// 9110 §10.2.3, both forms.
#pragma once

#include "model/outcome.hpp"
#include "probes/http/response.hpp"

#include <optional>

namespace plumb::http {

struct Quota {
    double limit = 0;
    double remaining = 0;
    std::optional<double> reset;  // seconds until it is whole again
};

std::optional<Quota> quota(const Head& head);
std::optional<double> retry_after_seconds(const Head& head);

void describe_limits(const Head& head, Outcome& outcome);

}  // namespace plumb::http
