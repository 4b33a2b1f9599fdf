// What a server says of its quota → gauge http.rate_limit (used of limit), and of its wish to be left alone →
// gauge http.retry_after in seconds. Understood: RateLimit-Limit/-Remaining, X-RateLimit-…, X-Rate-Limit-…,
// and the drafts' `RateLimit: limit=100, remaining=7` and `RateLimit-Policy: "p";q=100` with `RateLimit:
// "p";r=7` (draft-ietf-httpapi-ratelimit-headers); Retry-After as in RFC 9110 §10.2.3, both forms.
#pragma once

#include "model/outcome.hpp"
#include "probes/http/response.hpp"

#include <optional>

namespace plumb::http {

struct Quota {
    double limit = 0;
    double remaining = 0;
};

std::optional<Quota> quota(const Head& head);
std::optional<double> retry_after_seconds(const Head& head);

void describe_limits(const Head& head, Outcome& outcome);

}  // namespace plumb::http
