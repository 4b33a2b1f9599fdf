// Whether a session is what the target needs it to be (target_session_attrs), by the rules of libpq.
#pragma once

#include "probes/postgres/answer.hpp"
#include "probes/postgres/login.hpp"

#include <optional>

namespace plumb::postgres {

// `answer` to query_sql with the role. Nothing when it fits, or when the server did not say.
std::optional<net::Failed> other_than(NeededRole needed, const Table& answer);

}  // namespace plumb::postgres
