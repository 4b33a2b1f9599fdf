#include "agent/run/metrics/server.hpp"

#include "agent/version.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
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

// `more`: further header lines. HEAD is told how long the body is, and not the body.
std::string answer(std::string_view status, std::string_view type, std::string_view body,
                   std::string_view more = {}, bool head = false) {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}", status,
        type, body.size(), more, head ? std::string_view() : body);
}

// "/metrics" of "/metrics?x=y", and of the absolute form that a proxy is asked with:
// "http://10.0.0.7:9464/metrics".
std::string_view path_of(std::string_view target) {
    if (const auto scheme = target.find("://");
        scheme != std::string_view::npos && !target.starts_with('/')) {
        target.remove_prefix(scheme + 3);
        target.remove_prefix(std::min(target.find('/'), target.size()));
    }
    return target.substr(0, target.find('?'));
}

// The first line is all that matters: "GET /metrics HTTP/1.1".
std::string answer_to(std::string_view request, const MetricsBoard& board) {
    constexpr std::string_view kPlain = "text/plain; charset=utf-8";
    auto line = request.substr(0, request.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto words = split(line, ' ');
    if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return answer("400 Bad Request", kPlain, "");
    const bool head = words[0] == "HEAD";
    if (!head && words[0] != "GET")
        return answer("405 Method Not Allowed", kPlain, "", "Allow: GET, HEAD\r\n");
    if (path_of(words[1]) != "/metrics")
        return answer("404 Not Found", kPlain, "The metrics are at /metrics\n", {}, head);
    return answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", board.text(version()), {}, head);
}

// Whether the head of the request is whole. Lines may end with LF alone (RFC 9112, 2.2).
bool is_whole(std::string_view request) {
    return request.find("\n\r\n") != std::string_view::npos || request.find("\n\n") != std::string_view::npos;
}

struct Peer {
    explicit Peer(tcp::socket from) : socket(std::move(from)) {}
    tcp::socket socket;
    bool asked = false;  // its request is whole, the answer under way
};

}  // namespace

struct MetricsServer::Impl : std::enable_shared_from_this<Impl> {
    Impl(const asio::any_io_executor& executor, const MetricsBoard& shown)
        : acceptor(executor), board(shown) {}

    asio::awaitable<void> accept() {
        const auto self = shared_from_this();
        while (acceptor.is_open()) {
            auto [error, socket] = co_await acceptor.async_accept(kTuple);
            if (!acceptor.is_open()) co_return;
            if (error) {  // out of descriptors, above all: not at once again
                asio::steady_timer pause(acceptor.get_executor(), std::chrono::milliseconds(100));
                co_await pause.async_wait(kTuple);
                continue;
            }
            if (peers.size() >= kMostConnections) make_room();
            peers.push_back(std::make_shared<Peer>(std::move(socket)));
            asio::co_spawn(acceptor.get_executor(), serve(peers.back()), asio::detached);
        }
    }

    // Who connects and asks nothing must not keep a scrape out: the oldest of those goes, or the oldest.
    void make_room() {
        auto oldest = std::find_if(peers.begin(), peers.end(), [](const auto& peer) { return !peer->asked; });
        if (oldest == peers.end()) oldest = peers.begin();
        boost::system::error_code ignored;
        (*oldest)->socket.close(ignored);
        peers.erase(oldest);
    }

    asio::awaitable<void> serve(std::shared_ptr<Peer> peer) {
        const auto self = shared_from_this();
        asio::steady_timer limit(acceptor.get_executor(), kPatience);
        limit.async_wait([peer](const boost::system::error_code& error) {
            boost::system::error_code ignored;
            if (!error) peer->socket.close(ignored);
        });
        const auto request = co_await read(*peer);
        if (!request.empty()) {
            peer->asked = true;
            const auto text = answer_to(request, board);
            co_await asio::async_write(peer->socket, asio::buffer(text), kTuple);
        }
        std::erase(peers, peer);
    }

    // The head of the request; empty when none came.
    static asio::awaitable<std::string> read(Peer& peer) {
        std::string request;
        std::array<char, 1024> piece;
        while (!is_whole(request)) {
            const auto [error, size] = co_await peer.socket.async_read_some(asio::buffer(piece), kTuple);
            if (error || request.size() + size > kMostRequest) co_return std::string();
            request.append(piece.data(), size);
        }
        co_return request;
    }

    tcp::acceptor acceptor;
    const MetricsBoard& board;
    std::vector<std::shared_ptr<Peer>> peers;  // the oldest first
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
