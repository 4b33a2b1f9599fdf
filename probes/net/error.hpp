// Network failure as a value: our cause beside the kernel's or the peer's words.
#pragma once

#include <string>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include "model/cause.hpp"

namespace plumb::net {

struct Failed {
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
