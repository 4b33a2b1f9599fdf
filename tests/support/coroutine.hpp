// Runs a coroutine to its end on an io_context and fails the test when it is still unfinished after `limit`:
// a hang is a failed test with a name, never a stuck suite. An exception of the coroutine comes out of run().
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace plumb::test {

inline constexpr std::chrono::seconds kRunLimit{20};

template <class T>
auto run_coroutine_test(boost::asio::io_context& context, boost::asio::awaitable<T> operation,
                        std::chrono::milliseconds limit = kRunLimit) {
    using Kept = std::conditional_t<std::is_void_v<T>, bool, T>;
    std::exception_ptr thrown;
    std::optional<Kept> kept;
    bool finished = false;
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr error) {
            thrown = error;
            finished = true;
            context.stop();
        });
    } else {
        boost::asio::co_spawn(context, std::move(operation), [&](std::exception_ptr error, T value) {
            thrown = error;
            if (!error) kept.emplace(std::move(value));
            finished = true;
            context.stop();
        });
    }
    context.restart();
    context.run_for(limit);
    if (!finished) throw std::runtime_error("the coroutine was not finished within its limit");
    if (thrown) std::rethrow_exception(thrown);
    if constexpr (!std::is_void_v<T>) return std::move(*kept);
}

// With a context of its own: the operation gets its executor from boost::asio::this_coro::executor.
template <class T>
auto run_coroutine_test(boost::asio::awaitable<T> operation, std::chrono::milliseconds limit = kRunLimit) {
    boost::asio::io_context context(1);
    return run_coroutine_test(context, std::move(operation), limit);
}

}  // namespace plumb::test
