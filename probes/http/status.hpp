// Status codes → causes (RFC 9110 §15, RFC 6585).
#pragma once

#include "model/cause.hpp"
#include "probes/http/expectation.hpp"

#include <span>

namespace plumb::http {

bool is_expected(int status, std::span<const StatusRange> expected);
// REQUIRES: the status is not expected.
Cause cause_of_status(int status);

}  // namespace plumb::http
