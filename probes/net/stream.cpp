#include "probes/net/stream.hpp"

#include "probes/net/arrival.hpp"
#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>

namespace plumb::net {
namespace {

namespace asio = boost::asio;

Failed timed_out() {
    return {Cause::peer_timeout, "no answer within the time limit"};
}

// One attempt without waiting: a count, or what it waits for, or a failure.
struct Step {
    std::size_t count = 0;
    std::optional<WaitFor> wait;
    std::optional<Failed> failed;
};

Step errno_step(WaitFor what) {
    Step step;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
        step.wait = what;
    } else {
        step.failed = io_failure({errno, boost::system::system_category()});
    }
    return step;
}

Step ssl_step(Stream::Impl& impl, int returned, std::size_t count) {
    Step step;
    if (returned > 0) {
        step.count = count;
        return step;
    }
    switch (SSL_get_error(impl.ssl.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            step.wait = WaitFor::read;
            return step;
        case SSL_ERROR_WANT_WRITE:
            step.wait = WaitFor::write;
            return step;
        case SSL_ERROR_ZERO_RETURN:
            return step;
        default:
            break;
    }
    // Many servers close without close_notify; whether the answer was complete is the protocol's to say.
    if (impl.wire.ended && impl.wire.error == 0) return step;
    const boost::system::error_code io(impl.wire.error, boost::system::system_category());
    step.failed = tls_failure(impl.ssl.get(), ERR_peek_error(), io);
    return step;
}

Step try_read(Stream::Impl& impl, std::span<char> into) {
    if (impl.ssl) {
        ERR_clear_error();
        impl.wire.begin_call();
        std::size_t count = 0;
        const int returned = SSL_read_ex(impl.ssl.get(), into.data(), into.size(), &count);
        return ssl_step(impl, returned, count);
    }
    const auto [count, at] = receive(impl.socket.native_handle(), into.data(), into.size());
    if (count < 0) return errno_step(WaitFor::read);
    impl.wire.received_at = at;
    Step step;
    step.count = static_cast<std::size_t>(count);
    return step;
}

Step try_write(Stream::Impl& impl, std::string_view bytes) {
    if (impl.ssl) {
        ERR_clear_error();
        impl.wire.begin_call();
        std::size_t count = 0;
        const int returned = SSL_write_ex(impl.ssl.get(), bytes.data(), bytes.size(), &count);
        auto step = ssl_step(impl, returned, count);
        if (step.count == 0 && !step.wait && !step.failed) step.failed = io_failure(asio::error::eof);
        return step;
    }
    const auto count = ::send(impl.socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return errno_step(WaitFor::write);
    Step step;
    step.count = static_cast<std::size_t>(count);
    return step;
}

// A socket closed over unread bytes resets the connection, which servers log. Session tickets are such bytes,
// and the greeting of a server that was only connected to.
void drop_unread(int descriptor) {
    std::array<char, 16'384> bytes;
    for (int i = 0; i < 4; ++i) {
        if (::recv(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT) <= 0) return;
    }
}

}  // namespace

std::optional<KernelFacts> kernel_facts(int descriptor) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    KernelFacts facts;
    facts.rtt = std::chrono::microseconds(info.tcpi_rtt);
    facts.total_retransmits = info.tcpi_total_retrans;
    facts.send_mss = info.tcpi_snd_mss;
    facts.path_mtu = info.tcpi_pmtu;
    facts.window_scaling = (info.tcpi_options & TCPI_OPT_WSCALE) != 0;
    return facts;
}

asio::awaitable<Ready> wait_step(Stream::Impl& impl, WaitFor what, Clock::time_point deadline) {
    if (!impl.wire.paused) co_return co_await wait_ready(impl.socket, what, deadline);
    co_await asio::post(impl.socket.get_executor(), asio::use_awaitable);
    co_return Ready::yes;
}

Stream::Stream(asio::ip::tcp::socket socket) : impl_(std::make_unique<Impl>(std::move(socket))) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() {
    if (!impl_) return;
    close();
    if (!impl_->ssl) return;
    // Taking a TLS session apart takes longer than all else at the end of a run. When a thousand runs end at
    // once, each is told before any is taken apart.
    const auto executor = impl_->socket.get_executor();
    asio::post(executor, [closed = std::move(impl_)] {});
}

asio::awaitable<IoResult<std::size_t>> Stream::read_some(std::span<char> into, Clock::time_point deadline) {
    auto& impl = *impl_;
    while (Clock::now() < deadline) {
        auto step = try_read(impl, into);
        if (step.failed) {
            impl.broken = true;
            co_return std::move(*step.failed);
        }
        if (!step.wait) co_return step.count;
        const auto ready = co_await wait_step(impl, *step.wait, deadline);
        if (ready == Ready::timed_out) break;
    }
    impl.broken = true;
    co_return timed_out();
}

asio::awaitable<IoResult<void>> Stream::write(std::string_view bytes, Clock::time_point deadline) {
    auto& impl = *impl_;
    while (!bytes.empty()) {
        if (Clock::now() >= deadline) {
            impl.broken = true;
            co_return timed_out();
        }
        auto step = try_write(impl, bytes);
        if (step.failed) {
            impl.broken = true;
            co_return std::move(*step.failed);
        }
        bytes.remove_prefix(step.count);
        if (!step.wait) continue;
        const auto ready = co_await wait_step(impl, *step.wait, deadline);
        if (ready == Ready::timed_out) {
            impl.broken = true;
            co_return timed_out();
        }
    }
    co_return IoResult<void>();
}

std::optional<Clock::time_point> Stream::received_at() const {
    return impl_->wire.received_at;
}

int Stream::descriptor() const {
    return impl_->socket.native_handle();
}

bool Stream::is_tls() const {
    return impl_->ssl != nullptr;
}

void Stream::close() {
    auto& impl = *impl_;
    if (!impl.socket.is_open()) return;
    if (impl.ssl && !impl.broken && SSL_is_init_finished(impl.ssl.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(impl.ssl.get());
        ERR_clear_error();
    }
    if (!impl.broken) drop_unread(impl.socket.native_handle());
    impl.broken = true;
    boost::system::error_code ignored;
    impl.socket.close(ignored);
}

}  // namespace plumb::net
