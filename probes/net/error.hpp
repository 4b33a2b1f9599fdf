// Network failure as a value: our cause beside the kernel's or the peer's words.
#pragma once

#include "model/cause.hpp"

#include <string>
#include <utility>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace plumb::net {

// Has constructors on purpose: g++ 12 destroys aggregate temporaries of a co_await expression twice.
struct Failed {
    Failed() = default;
    Failed(Cause why, std::string words) : cause(why), detail(std::move(words)) {}

    Cause cause = Cause::unknown;
    std::string detail;
};

template <class T>
using IoResult = boost::system::result<T, Failed>;

[[noreturn]] void throw_exception_from_error(const Failed& failed, const boost::source_location&);

// errno while connecting → tcp.*, local.*.
Failed connect_failure(const boost::system::error_code& error);
// errno or end of stream after connecting → peer.closed, peer.reset, …
Failed io_failure(const boost::system::error_code& error);

}  // namespace plumb::net
