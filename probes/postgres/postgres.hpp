// The postgres kind: resolve, connect, handshake, authenticate, query, inspect. Logs in as the app does, asks
// SELECT 1, then reads what the server says of itself, and leaves with Terminate.
//
// login.hpp reads the URL, session.hpp drives libpq without blocking, failure.hpp names what went wrong,
// inspect.hpp turns the server's answers into facts and gauges.
#pragma once

#include "probes/probe.hpp"

namespace plumb {

const Kind& postgres_kind();

}  // namespace plumb
