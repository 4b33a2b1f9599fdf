#include "probes/net/ready.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

template <class Io>
asio::awaitable<Ready> wait_any(Io& io, WaitFor what, Clock::time_point deadline) {
    namespace parallel = asio::experimental;
    asio::steady_timer timer(io.get_executor(), deadline);
    const auto kind = what == WaitFor::read ? Io::wait_read : Io::wait_write;
    auto group =
        parallel::make_parallel_group(io.async_wait(kind, asio::deferred), timer.async_wait(asio::deferred));
    auto [order, io_error, timer_error] =
        co_await std::move(group).async_wait(parallel::wait_for_one(), asio::use_awaitable);
    if (order[0] == 1 && !timer_error) co_return Ready::timed_out;
    if (io_error == asio::error::operation_aborted) throw boost::system::system_error(io_error);
    co_return Ready::yes;
}

}  // namespace

asio::awaitable<Ready> wait_ready(asio::ip::tcp::socket& socket, WaitFor what, Clock::time_point deadline) {
    return wait_any(socket, what, deadline);
}

asio::awaitable<Ready> wait_ready(asio::posix::stream_descriptor& descriptor, WaitFor what,
                                  Clock::time_point deadline) {
    return wait_any(descriptor, what, deadline);
}

}  // namespace plumb::net
