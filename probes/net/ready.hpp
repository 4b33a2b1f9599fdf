// Waiting for a socket to be readable or writable, until a deadline: the one asynchronous operation under
// dial(), Stream and the TLS handshake, which do their system calls themselves.
#pragma once

#include "probes/run.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace plumb::net {

enum class Ready { yes, timed_out };
enum class WaitFor { read, write };

// Throws system_error(operation_aborted) when cancelled from outside or when the socket is closed meanwhile.
// An error condition of the socket counts as ready: the next system call tells it.
boost::asio::awaitable<Ready> wait_ready(boost::asio::ip::tcp::socket& socket, WaitFor what,
                                         Clock::time_point deadline);
// The same for a descriptor that a library owns (libpq); release() it before the library closes or replaces
// it.
boost::asio::awaitable<Ready> wait_ready(boost::asio::posix::stream_descriptor& descriptor, WaitFor what,
                                         Clock::time_point deadline);

}  // namespace plumb::net
