#include "probes/task/identity/metadata_client.hpp"

#include "probes/net/dial.hpp"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace plumb::task {
namespace {

namespace http = boost::beast::http;

// An answer as it comes in: over when its length, its last chunk or the peer's close says so.
class Answer {
  public:
    Answer() {
        parser_.eager(true);
        parser_.body_limit(kMaxMetadata);
    }
    // False: it is over, or it is no HTTP.
    bool take(std::string_view bytes) {
        waiting_.append(bytes);
        boost::system::error_code error;
        if (bytes.empty()) {
            parser_.put_eof(error);
            return false;
        }
        const auto used = parser_.put(boost::asio::buffer(waiting_), error);
        waiting_.erase(0, used);
        if (error == http::error::need_more) error = {};
        return !error && !parser_.is_done();
    }
    // The body, or nothing when it is not 200.
    std::string body() {
        if (!parser_.is_done() || parser_.get().result() != http::status::ok) return {};
        return std::move(parser_.get().body());
    }

  private:
    http::response_parser<http::string_body> parser_;
    std::string waiting_;
};

std::string head_of(const MetadataRequest& request) {
    auto head = fmt::format("{} {}{} HTTP/1.0\r\nHost: {}\r\nAccept: */*\r\n", request.method,
                            request.url.path, request.path, request.url.host);
    for (const auto& [name, value] : request.headers)
        head += fmt::format("{}: {}\r\n", name, value);
    return head + "\r\n";
}

}  // namespace

boost::asio::awaitable<std::string> ask_metadata(Services& services, const MetadataRequest& request,
                                                 Clock::time_point deadline) {
    Run run(deadline, 0);
    const std::uint16_t port = request.url.port == 0 ? 80 : request.url.port;
    auto stream = co_await net::dial(run, services, request.url.host, port);
    if (!stream) co_return "";
    const auto head = head_of(request);
    const auto sent = co_await stream->write(head, deadline);
    if (!sent) co_return "";
    Answer answer;
    std::array<char, 8192> buffer{};
    while (true) {
        const auto read = co_await stream->read_some(buffer, deadline);
        if (!read) co_return "";
        if (!answer.take(std::string_view(buffer.data(), *read))) break;
    }
    co_return answer.body();
}

}  // namespace plumb::task
