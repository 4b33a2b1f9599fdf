// OpenSSL's bytes: a BIO on a non-blocking socket that never raises SIGPIPE and remembers what the peer is.
#include "probes/net/arrival.hpp"
#include "probes/net/stream_impl.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

#include <openssl/bio.h>

namespace plumb::net {
namespace {

TlsWire& wire(BIO* bio) {
    return *static_cast<TlsWire*>(BIO_get_data(bio));
}

int wire_read(BIO* bio, char* into, int size) {
    auto& w = wire(bio);
    BIO_clear_retry_flags(bio);
    if (w.allowance == 0) {
        w.paused = true;
        BIO_set_retry_read(bio);
        return -1;
    }
    const auto most = std::min(w.allowance, static_cast<std::size_t>(size));
    const auto [count, at] = receive(w.descriptor, into, most);
    if (count >= 0) w.received_at = at;
    if (count > 0) {
        w.allowance -= static_cast<std::size_t>(count);
        const auto seen = w.first_size();
        const auto keep = std::min(w.first_bytes.size() - seen, static_cast<std::size_t>(count));
        std::copy_n(into, keep, w.first_bytes.begin() + static_cast<std::ptrdiff_t>(seen));
        w.bytes_in += static_cast<std::uint64_t>(count);
        return static_cast<int>(count);
    }
    if (count == 0) {
        w.ended = true;
        return 0;
    }
    if (errno == EAGAIN || errno == EINTR) {
        BIO_set_retry_read(bio);
    } else {
        w.error = errno;
    }
    return -1;
}

int wire_write(BIO* bio, const char* bytes, int size) {
    auto& w = wire(bio);
    BIO_clear_retry_flags(bio);
    w.last_sent = Clock::now();
    if (!w.first_sent) w.first_sent = w.last_sent;
    const auto count = ::send(w.descriptor, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<int>(count);
    if (errno == EAGAIN || errno == EINTR) {
        BIO_set_retry_write(bio);
    } else {
        w.error = errno;
    }
    return -1;
}

long wire_control(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return wire(bio).ended ? 1 : 0;
        default:
            return 0;
    }
}

BIO_METHOD* wire_method() {
    static BIO_METHOD* const method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "plumb socket");
        BIO_meth_set_read(made, wire_read);
        BIO_meth_set_write(made, wire_write);
        BIO_meth_set_ctrl(made, wire_control);
        return made;
    }();
    return method;
}

}  // namespace

int wire_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

TlsWire* wire_of(const SSL* ssl) {
    return static_cast<TlsWire*>(SSL_get_ex_data(ssl, wire_index()));
}

BIO* make_wire_bio(TlsWire& wire) {
    auto* bio = BIO_new(wire_method());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &wire);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace plumb::net
