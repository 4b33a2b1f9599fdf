#include "controller/web/web_server.hpp"

#include "controller/web/pages.hpp"

#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace plumb::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint32_t kMaxHeader = 8 * 1024;
constexpr std::uint64_t kMaxBody = 0;  // nothing here takes one
constexpr std::size_t kMaxBuffer = 16'384;
constexpr std::chrono::milliseconds kAcceptRetry{100};

http::response<http::string_body> render(const Page& page, unsigned version, bool head, bool keep_alive) {
    http::response<http::string_body> response{static_cast<http::status>(page.status), version};
    response.set(http::field::content_type, page.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (page.get_only) response.set(http::field::allow, "GET, HEAD");
    response.keep_alive(keep_alive);
    response.body() = page.body;
    response.prepare_payload();
    if (head) response.body().clear();  // Content-Length stays: what GET would have sent
    return response;
}

// A request that the parser refuses is answered once, then the connection ends.
Page refusal(const beast::error_code& failed) {
    if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
        return {.status = 431, .body = "the request's header is too large\n"};
    }
    if (failed == http::error::body_limit) return {.status = 413, .body = "no request here has a body\n"};
    return {.status = 400, .body = "not an HTTP request\n"};
}

bool parser_said(const beast::error_code& failed) {
    return failed.category() == http::make_error_code(http::error::bad_method).category() &&
           failed != http::error::end_of_stream && failed != http::error::partial_message;
}

}  // namespace

struct WebServer::Impl {
    Impl(store::Store& the_store, metrics::Metrics& the_metrics, WebLimits the_limits)
        : acceptor(context), freed(context), store(the_store), metrics(the_metrics), limits(the_limits) {}

    asio::io_context context{1};
    tcp::acceptor acceptor;
    asio::steady_timer freed;  // wakes the acceptor when a connection ended
    store::Store& store;
    metrics::Metrics& metrics;
    const WebLimits limits;
    std::size_t open = 0;
    std::thread thread;

    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer);
    asio::awaitable<bool> send(beast::tcp_stream& stream, http::response<http::string_body>& response);
    asio::awaitable<void> listen();
    void run();
};

asio::awaitable<bool> WebServer::Impl::send(beast::tcp_stream& stream,
                                            http::response<http::string_body>& response) {
    beast::error_code failed;
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    stream.expires_after(limits.patience);
    http::response_serializer<http::string_body> serializer(response);
    co_await http::async_write(stream, serializer, token);
    co_return !failed && response.keep_alive();
}

// True: the connection may carry another request.
asio::awaitable<bool> WebServer::Impl::serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kMaxHeader);
    parser.body_limit(kMaxBody);
    beast::error_code failed;
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    stream.expires_after(limits.patience);
    co_await http::async_read(stream, buffer, parser, token);
    if (failed) {
        if (!parser_said(failed)) co_return false;
        auto refused = render(refusal(failed), 11, false, false);
        co_return co_await send(stream, refused);
    }
    const auto& request = parser.get();
    const std::string_view method(request.method_string().data(), request.method_string().size());
    const std::string_view target(request.target().data(), request.target().size());
    const Page page = answer(method, target, store, metrics);
    auto response =
        render(page, request.version(), request.method() == http::verb::head, request.keep_alive());
    co_return co_await send(stream, response);
}

asio::awaitable<void> WebServer::Impl::serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(kMaxBuffer);
    while (co_await serve_one(stream, buffer)) {
    }
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    --open;
    freed.cancel();
}

asio::awaitable<void> WebServer::Impl::listen() {
    beast::error_code failed;
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    while (acceptor.is_open()) {
        if (open >= limits.connections) {
            freed.expires_at(asio::steady_timer::time_point::max());
            co_await freed.async_wait(token);
            continue;
        }
        tcp::socket socket = co_await acceptor.async_accept(token);
        if (!failed) {
            ++open;
            auto connection = serve(std::move(socket));
            asio::co_spawn(context, std::move(connection), [](const std::exception_ptr& broken) {
                if (broken) std::rethrow_exception(broken);
            });
            continue;
        }
        // Out of descriptors, most likely: wait a little instead of spinning.
        freed.expires_after(kAcceptRetry);
        co_await freed.async_wait(token);
    }
}

void WebServer::Impl::run() {
    asio::co_spawn(
        context, [this] { return listen(); }, asio::detached);
    thread = std::thread([this] { context.run(); });
}

Result<std::unique_ptr<WebServer>> WebServer::start(const std::string& address, std::uint16_t port,
                                                    store::Store& store, metrics::Metrics& metrics,
                                                    WebLimits limits) {
    auto impl = std::make_unique<Impl>(store, metrics, limits);
    beast::error_code failed;
    const auto host = asio::ip::make_address(address, failed);
    if (failed) return Error{fmt::format("'{}' is no IP address to listen on", address)};
    const tcp::endpoint endpoint(host, port);
    impl->acceptor.open(endpoint.protocol(), failed);
    if (!failed) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) impl->acceptor.bind(endpoint, failed);
    if (!failed) impl->acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) return Error{fmt::format("cannot listen on {}:{}: {}", address, port, failed.message())};
    impl->run();
    return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebServer::~WebServer() {
    stop();
}

std::string WebServer::address() const {
    beast::error_code ignored;
    const auto endpoint = impl_->acceptor.local_endpoint(ignored);
    const std::string host = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                      : fmt::format("{}:{}", host, endpoint.port());
}

void WebServer::stop() {
    impl_->context.stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace plumb::web
