// What a server says of its quota → gauges http.rate_limit (used of limit, where it tells one),
// http.rate_limit_remaining and http.rate_limit_reset, and of its wish to be left alone → gauge
// http.retry_after; the last two in seconds.
//
// Understood: the drafts' `RateLimit: "p";r=7;t=30` with `RateLimit-Policy: "p";q=100;w=60` and the older
// `RateLimit: limit=100, remaining=7, reset=30` (draft-ietf-httpapi-ratelimit-headers); RateLimit-Limit,
// -Remaining, -Reset, -Used, the same behind X-RateLimit- and X-Rate-Limit-, and with a window's or a unit's
// name at the end (-Minute, -Requests). Of several quotas the one that is nearest to its end. A reset may be
// seconds, a duration ("6m0s") or a time of the calendar. Retry-After as in RFC 9110 §10.2.3, both forms.
// Times count from the server's own Date, and from `now` where it has none.
#pragma once

#include "model/outcome.hpp"
#include "probes/http/response.hpp"

#include <ctime>
#include <optional>

namespace plumb::http {

struct Quota {
    std::optional<double> limit;
    double remaining = 0;
    std::optional<double> reset;  // seconds until it is whole again
};

std::optional<Quota> quota(const Head& head, std::time_t now);
std::optional<double> retry_after_seconds(const Head& head, std::time_t now);

void describe_limits(const Head& head, std::time_t now, Outcome& outcome);

}  // namespace plumb::http
