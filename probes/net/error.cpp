#include "probes/net/error.hpp"

#include <cerrno>
#include <stdexcept>

#include <boost/asio/error.hpp>

namespace plumb::net {
namespace {

Cause local_cause(int error, Cause otherwise) {
    switch (error) {
        case EMFILE:
        case ENFILE:
            return Cause::local_descriptors;
        case ENOMEM:
        case ENOBUFS:
            return Cause::local_memory;
        default:
            return otherwise;
    }
}

}  // namespace

void throw_exception_from_error(const Failed& failed, const boost::source_location&) {
    throw std::runtime_error(failed.detail);
}

Failed connect_failure(const boost::system::error_code& error) {
    const auto words = error.message();
    switch (error.value()) {
        case ECONNREFUSED:
            return {Cause::tcp_refused, words};
        case ECONNRESET:
        case ECONNABORTED:
            return {Cause::tcp_reset, words};
        case ETIMEDOUT:
            return {Cause::tcp_timeout, words};
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EHOSTDOWN:
        case ENETDOWN:
        case EAFNOSUPPORT:
            return {Cause::tcp_unreachable, words};
        case EADDRNOTAVAIL:
        case EADDRINUSE:
        case EAGAIN:
            return {Cause::tcp_no_local_address, words};
        case EPERM:
        case EACCES:
            return {Cause::tcp_not_permitted, words};
        default:
            return {local_cause(error.value(), Cause::tcp_failed), words};
    }
}

Failed io_failure(const boost::system::error_code& error) {
    if (error == boost::asio::error::eof) return {Cause::peer_closed, "closed by the peer"};
    const auto words = error.message();
    switch (error.value()) {
        case ECONNRESET:
        case ECONNABORTED:
        case EPIPE:
            return {Cause::peer_reset, words};
        case ETIMEDOUT:
            return {Cause::peer_timeout, words};
        case EHOSTUNREACH:
        case ENETUNREACH:
            return {Cause::tcp_unreachable, words};
        default:
            return {local_cause(error.value(), Cause::tcp_failed), words};
    }
}

}  // namespace plumb::net
