#include "tests/bench/probes/bare.hpp"

#include "tests/support/sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>

#include <openssl/ssl.h>

namespace plumb::bench {
namespace {

constexpr int kLimit = 5000;  // milliseconds

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("bare: ") + what);
}

test::Descriptor connected(const std::string& address, std::uint16_t port, int flags) {
    test::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&place));
    require(::connect(socket.get(), generic, sizeof place) == 0 || errno == EINPROGRESS, "connect");
    return socket;
}

}  // namespace

void BareTcp::run() const {
    const auto socket = connected(address_, port_, SOCK_NONBLOCK);
    pollfd waiting{socket.get(), POLLOUT, 0};
    require(::poll(&waiting, 1, kLimit) == 1, "poll");
    int error = 0;
    socklen_t size = sizeof error;
    require(::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0, "SO_ERROR");
    tcp_info info{};
    size = sizeof info;
    require(::getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0, "TCP_INFO");
}

struct BareTls::Impl {
    std::string address;
    std::uint16_t port = 0;
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
};

BareTls::BareTls(std::string address, std::uint16_t port, const std::string& ca_file)
    : impl_(std::make_unique<Impl>()) {
    impl_->address = std::move(address);
    impl_->port = port;
    require(SSL_CTX_load_verify_file(impl_->context, ca_file.c_str()) == 1, "CA file");
    SSL_CTX_set_verify(impl_->context, SSL_VERIFY_PEER, nullptr);
}

BareTls::~BareTls() {
    SSL_CTX_free(impl_->context);
}

void BareTls::run() const {
    const auto socket = connected(impl_->address, impl_->port, 0);
    SSL* ssl = SSL_new(impl_->context);
    SSL_set_fd(ssl, socket.get());
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), impl_->address.c_str());
    const bool done = SSL_connect(ssl) == 1;
    if (done) SSL_shutdown(ssl);
    SSL_free(ssl);
    require(done, "handshake");
}

}  // namespace plumb::bench
