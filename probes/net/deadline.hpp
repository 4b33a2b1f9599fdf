// Runs one operation under an absolute deadline. "Done", "timed out" and "cancelled from outside" are three
// results.
//
// The loser is cancelled and awaited, so nothing of `operation` is alive when with_deadline returns. The
// operation must be cancellable in flight (every socket and timer operation is; getaddrinfo is not and is
// used nowhere). Name parameter structs and lambdas before awaiting (g++ 12 destroys some temporaries of a
// co_await twice).
#pragma once

#include "probes/run.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plumb::net {

namespace detail {

// A spawned coroutine's value must be default-constructible; boxed in an optional every value is.
template <class T>
boost::asio::awaitable<std::optional<T>> boxed(boost::asio::awaitable<T> operation) {
    T value = co_await std::move(operation);
    std::optional<T> box(std::move(value));
    co_return box;
}

}  // namespace detail

// nullopt: the deadline came first. Cancellation from outside throws system_error(operation_aborted), as Asio
// does.
template <class T>
boost::asio::awaitable<std::optional<T>> with_deadline(boost::asio::awaitable<T> operation,
                                                       Clock::time_point deadline) {
    namespace asio = boost::asio;
    namespace parallel = boost::asio::experimental;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, deadline);
    auto inner = detail::boxed(std::move(operation));
    auto group = parallel::make_parallel_group(asio::co_spawn(executor, std::move(inner), asio::deferred),
                                               timer.async_wait(asio::deferred));
    auto [order, thrown, value, timer_error] =
        co_await std::move(group).async_wait(parallel::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) co_return std::nullopt;
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(value);
}

// The same for an operation without a value. False: the deadline came first.
inline boost::asio::awaitable<bool> finish_by(boost::asio::awaitable<void> operation,
                                              Clock::time_point deadline) {
    namespace asio = boost::asio;
    namespace parallel = boost::asio::experimental;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, deadline);
    auto group = parallel::make_parallel_group(asio::co_spawn(executor, std::move(operation), asio::deferred),
                                               timer.async_wait(asio::deferred));
    auto [order, thrown, timer_error] =
        co_await std::move(group).async_wait(parallel::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) co_return false;
    if (thrown) std::rethrow_exception(thrown);
    co_return true;
}

}  // namespace plumb::net
