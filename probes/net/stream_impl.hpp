// The inside of Stream, shared by stream.cpp and the TLS files only.
#pragma once

#include "base/freed.hpp"
#include "probes/net/ready.hpp"
#include "probes/net/stream.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

namespace plumb::net {

using TlsSession = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;

// What the handshake tells beside its result. Hangs on the SSL as ex_data (wire_of), so that the callbacks of
// OpenSSL find it; an SSL that is not ours (libpq's) has none.
struct TlsWire {
    int descriptor = -1;
    std::uint64_t bytes_in = 0;
    std::optional<Clock::time_point> first_sent;   // by OpenSSL
    std::optional<Clock::time_point> last_sent;    // by OpenSSL
    std::optional<Clock::time_point> received_at;  // the last bytes, by the kernel's time stamp
    std::array<char, 64> first_bytes{};            // of the peer: shows what it is when it is no TLS
    std::size_t allowance = 0;                     // bytes that the call of OpenSSL under way may still read
    bool paused = false;         // it wanted more than that: call again, without waiting for the socket
    bool ended = false;          // the peer closed its side
    int error = 0;               // errno of the last failed system call
    bool sees_requests = false;  // else nobody knows of the next:
    bool certificate_requested = false;
    std::vector<int> verify_errors;   // X509_V_ERR_…, in OpenSSL's order, at most 8
    int first_error_depth = 0;        // where in the chain the first of them stands; 0 is the server's own
    std::string first_error_subject;  // of the certificate there, when it is not the server's own
    bool keeps_session = false;       // the server is asked for a session, and what it gives is kept:
    TlsSession session;

    // Before each call of OpenSSL. Within one call it reads on while a peer sends what is no data (session
    // tickets, requests for a new handshake), for ever if that never stops: so each call has its measure.
    void begin_call() {
        allowance = kBytesEachCall;
        paused = false;
    }
    static constexpr std::size_t kBytesEachCall = 16'384;  // a record may take two calls

    std::size_t first_size() const { return bytes_in < first_bytes.size() ? bytes_in : first_bytes.size(); }
};

int wire_index();  // of the SSL's ex_data
TlsWire* wire_of(const SSL* ssl);
BIO* make_wire_bio(TlsWire& wire);  // recv/send on wire.descriptor, without SIGPIPE

// Waits for the socket, or, when OpenSSL only paused, lets the other runs have their turn.
boost::asio::awaitable<Ready> wait_step(Stream::Impl& impl, WaitFor what, Clock::time_point deadline);

struct Stream::Impl {
    explicit Impl(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}

    boost::asio::ip::tcp::socket socket;
    TlsWire wire;  // outlives `ssl`
    std::unique_ptr<SSL, Freed<SSL_free>> ssl;
    bool broken = false;  // nothing but close() is allowed any more
};

}  // namespace plumb::net
