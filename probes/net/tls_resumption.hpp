// Session resumption (RFC 8446, 2.2; RFC 5246, 7.3; RFC 5077), measured apart from the connection that a run
// is about: a side measurement, which never makes a run fail or late.
#pragma once

#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"
#include "probes/probe.hpp"
#include "probes/run.hpp"

#include <functional>

#include <boost/asio/awaitable.hpp>

namespace plumb::net {

// What a connection needs before TLS, such as a proxy's tunnel. Its failure is the connection's.
using BeforeTls = std::function<boost::asio::awaitable<IoResult<void>>(Stream&, Clock::time_point deadline)>;

// Waits briefly for the server's session ticket where none has come yet, closes `first`, connects to the
// address it had, presents the session, and closes again: never two connections at once. Begins the phases
// `reconnect` and, where there is a session to present, `resume`, which is the handshake alone and compares
// with `handshake`. Takes at most half of the time that the run has left. Adds the fact tls.resumption, and
// nothing else. REQUIRES: run.inspects(), from before start_tls() on; start_tls() succeeded on `first` with
// these settings, and nothing has failed on it since. `before_tls` is done on the second connection as it was
// on the first; its time counts in `reconnect`. The last phases of a run.
boost::asio::awaitable<void> measure_resumption(Run& run, Stream& first, const TlsSettings& settings,
                                                const BeforeTls* before_tls = nullptr);

// What it adds to an outcome, for the catalogs of the kinds that call it.
const Catalog& resumption_catalog();

}  // namespace plumb::net
