// The words of an error reply → our cause. https://redis.io/docs/reference/protocol-spec (the first word is
// the code).
#pragma once

#include "model/cause.hpp"

#include <string_view>

namespace plumb::redis {

// `text` without the leading '-'. What no entry matches is redis.error.
Cause cause_of_error(std::string_view text);

}  // namespace plumb::redis
