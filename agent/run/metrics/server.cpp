#include "agent/run/metrics/server.hpp"

#include "agent/version.hpp"
#include "base/text.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace plumb::agent {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kMostConnections = 8;
constexpr std::size_t kMostRequest = 8192;
constexpr std::chrono::seconds kPatience{5};
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

std::optional<tcp::endpoint> endpoint_of(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::uint16_t port = 0;
    const auto digits = std::string_view(text).substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(host, bad);
    if (bad || error != std::errc{} || digits.empty() || end != digits.data() + digits.size())
        return std::nullopt;
    return tcp::endpoint(address, port);
}

std::string answer(std::string_view status, std::string_view type, std::string_view body) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       status, type, body.size(), body);
}

// The first line is all that matters: "GET /metrics?x=y HTTP/1.1".
std::string answer_to(std::string_view request, const MetricsBoard& board) {
    const auto words = split(request.substr(0, request.find("\r\n")), ' ');
    constexpr std::string_view kPlain = "text/plain; charset=utf-8";
    if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return answer("400 Bad Request", kPlain, "");
    if (words[0] != "GET") return answer("405 Method Not Allowed", kPlain, "");
    if (words[1].substr(0, words[1].find('?')) != "/metrics")
        return answer("404 Not Found", kPlain, "The metrics are at /metrics\n");
    return answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", board.text(version()));
}

}  // namespace

struct MetricsServer::Impl : std::enable_shared_from_this<Impl> {
    Impl(const asio::any_io_executor& executor, const MetricsBoard& shown)
        : acceptor(executor), board(shown) {}

    asio::awaitable<void> accept() {
        const auto self = shared_from_this();
        while (acceptor.is_open()) {
            auto [error, peer] = co_await acceptor.async_accept(kTuple);
            if (!acceptor.is_open()) co_return;
            if (error) {  // out of descriptors, above all: not at once again
                asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(100));
                co_await pause.async_wait(kTuple);
                continue;
            }
            if (open >= kMostConnections) continue;  // closes
            asio::co_spawn(acceptor.get_executor(), serve(std::move(peer)), asio::detached);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        const auto self = shared_from_this();
        ++open;
        auto peer = std::make_shared<tcp::socket>(std::move(socket));
        asio::steady_timer limit(acceptor.get_executor(), kPatience);
        limit.async_wait([peer](const boost::system::error_code& error) {
            boost::system::error_code ignored;
            if (!error) peer->close(ignored);
        });
        std::string request;
        auto buffer = asio::dynamic_buffer(request, kMostRequest);
        const auto [error, size] = co_await asio::async_read_until(*peer, buffer, "\r\n\r\n", kTuple);
        if (!error) {
            const auto text = answer_to(request, board);
            co_await asio::async_write(*peer, asio::buffer(text), kTuple);
        }
        --open;
    }

    tcp::acceptor acceptor;
    const MetricsBoard& board;
    std::size_t open = 0;
};

MetricsServer::MetricsServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsServer::~MetricsServer() {
    boost::system::error_code ignored;
    impl_->acceptor.close(ignored);
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const asio::any_io_executor& executor,
                                                            const std::string& address,
                                                            const MetricsBoard& board) {
    const auto endpoint = endpoint_of(address);
    if (!endpoint) {
        return Error{
            fmt::format("--metrics {}: should be an address and a port, as in 127.0.0.1:9464 or [::1]:9464",
                        show_words(address))};
    }
    auto impl = std::make_shared<Impl>(executor, board);
    try {
        impl->acceptor.open(endpoint->protocol());
        impl->acceptor.set_option(tcp::acceptor::reuse_address(true));
        impl->acceptor.bind(*endpoint);
        impl->acceptor.listen(kMostConnections);
    } catch (const boost::system::system_error& error) {
        return Error{fmt::format("--metrics {}: {}; give an address of this container and a free port",
                                 address, error.code().message())};
    }
    asio::co_spawn(executor, impl->accept(), asio::detached);
    return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

std::string MetricsServer::address() const {
    boost::system::error_code ignored;
    const auto endpoint = impl_->acceptor.local_endpoint(ignored);
    const auto host = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                      : fmt::format("{}:{}", host, endpoint.port());
}

}  // namespace plumb::agent
