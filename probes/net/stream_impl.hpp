// The inside of Stream, shared by stream.cpp and the TLS files only.
#pragma once

#include "probes/net/stream.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

namespace plumb::net {

struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// What the handshake tells beside its result. Hangs on the SSL as ex_data (wire_of), so that the callbacks of
// OpenSSL find it; an SSL that is not ours (libpq's) has none.
struct TlsWire {
    int descriptor = -1;
    std::uint64_t bytes_in = 0;
    std::array<char, 64> first_bytes{};  // of the peer: shows what it is when it is no TLS
    bool ended = false;                  // the peer closed its side
    int error = 0;                       // errno of the last failed system call
    bool certificate_requested = false;
    std::vector<int> verify_errors;  // X509_V_ERR_…, in OpenSSL's order, at most 8

    std::size_t first_size() const { return bytes_in < first_bytes.size() ? bytes_in : first_bytes.size(); }
};

int wire_index();  // of the SSL's ex_data
TlsWire* wire_of(const SSL* ssl);
BIO* make_wire_bio(TlsWire& wire);  // recv/send on wire.descriptor, without SIGPIPE

struct Stream::Impl {
    explicit Impl(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}

    boost::asio::ip::tcp::socket socket;
    TlsWire wire;  // outlives `ssl`
    std::unique_ptr<SSL, SslFree> ssl;
    bool broken = false;  // nothing but close() is allowed any more
};

}  // namespace plumb::net
