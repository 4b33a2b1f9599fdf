// Runs one operation under an absolute deadline. "Done", "timed out" and "cancelled from outside" are three results.
//
// The loser is cancelled and awaited, so nothing of `operation` is alive when with_deadline returns. The operation
// must be cancellable in flight (every socket and timer operation is; getaddrinfo is not and is used nowhere).
// Name parameter structs and lambdas before awaiting (g++ 12 destroys some temporaries of a co_await twice).
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include "probes/run.hpp"

namespace plumb::net {

// nullopt: the deadline came first. Cancellation from outside throws system_error(operation_aborted), as Asio does.
template <class T>
boost::asio::awaitable<std::optional<T>> with_deadline(boost::asio::awaitable<T> operation,
                                                       Clock::time_point deadline);

}  // namespace plumb::net
