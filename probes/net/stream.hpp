// One connected TCP stream, plain or TLS, with a deadline on every operation. Every probe speaks through it
// (libpq, which owns its socket, is the exception).
//
// Order: made by dial(); optionally start_tls() once; read and write; close() or destruction. After a failure
// of any operation only close() is allowed. One operation at a time.
#pragma once

#include "probes/net/error.hpp"
#include "probes/run.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace plumb::net {

struct KernelFacts {  // TCP_INFO, tcp(7)
    std::chrono::microseconds rtt{};
    unsigned total_retransmits = 0;
    unsigned send_mss = 0;
    unsigned path_mtu = 0;
    bool window_scaling = false;  // RFC 7323, 2: both sides offered it
};
std::optional<KernelFacts> kernel_facts(int descriptor);

class Stream {
  public:
    explicit Stream(boost::asio::ip::tcp::socket socket);  // REQUIRES: connected and non-blocking
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    // At least one byte, or 0 at an orderly end. Times out with peer.timeout. A TLS alert is told as its
    // cause.
    boost::asio::awaitable<IoResult<std::size_t>> read_some(std::span<char> into, Clock::time_point deadline);
    // All of it. `bytes` must live until it returns.
    boost::asio::awaitable<IoResult<void>> write(std::string_view bytes, Clock::time_point deadline);

    // When the bytes that were read last arrived, by the kernel's time stamp: for Run::arrived().
    std::optional<Clock::time_point> received_at() const;

    int descriptor() const;
    bool is_tls() const;
    void close();  // at once; a TLS stream sends close_notify if the socket takes it without waiting

    struct Impl;  // probes/net/stream_impl.hpp
    Impl& impl() { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::net
