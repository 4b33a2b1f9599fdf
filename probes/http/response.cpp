#include "probes/http/response.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

namespace plumb::http {

namespace beast = boost::beast;
using beast::error_code;
using StringView = beast::string_view;
using net::Failed;

namespace {

constexpr std::size_t kMaxPending = 2 * std::size_t{kMaxHeader};
constexpr std::size_t kOpening = 24;
constexpr std::string_view kStart = "HTTP/1.";

constexpr std::array<std::string_view, 13> kFields{"server",
                                                   "location",
                                                   "date",
                                                   "retry-after",
                                                   "ratelimit",
                                                   "ratelimit-policy",
                                                   "ratelimit-limit",
                                                   "ratelimit-remaining",
                                                   "x-ratelimit-limit",
                                                   "x-ratelimit-remaining",
                                                   "x-rate-limit-limit",
                                                   "x-rate-limit-remaining",
                                                   "via"};

// A TLS record begins with its type, an alert or a handshake (RFC 8446, 5.1).
std::string_view not_http(char first) {
    if (first == 0x15 || first == 0x16) return "the answer is TLS, not HTTP/1; the port wants https";
    return "the answer is not HTTP/1";
}

}  // namespace

std::string_view Head::field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

// Keeps the head, counts the body.
class Response::Parser final : public beast::http::basic_parser<false> {
  public:
    Head head;
    std::uint64_t body_bytes = 0;

  private:
    void on_request_impl(beast::http::verb, StringView, StringView, int, error_code&) override {}
    void on_response_impl(int code, StringView reason, int version, error_code&) override {
        head.status = code;
        head.version = version;
        head.reason.assign(reason.data(), std::min(reason.size(), kMaxField));
    }
    void on_field_impl(beast::http::field, StringView name, StringView value, error_code&) override {
        const std::string lower = to_lower(std::string_view(name.data(), name.size()));
        if (std::find(kFields.begin(), kFields.end(), lower) == kFields.end()) return;
        head.fields.try_emplace(lower, value.data(),
                                std::min(value.size(), kMaxField));  // the first one counts
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(StringView body, error_code&) override {
        body_bytes += body.size();
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, StringView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, StringView body, error_code&) override {
        body_bytes += body.size();
        return body.size();
    }
    void on_finish_impl(error_code&) override {}
};

Response::Response(bool to_head_request) : to_head_request_(to_head_request) {
    start();
}
Response::~Response() = default;

void Response::start() {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(boost::none);
    parser_->eager(true);
    parser_->skip(to_head_request_);
    scanned_ = 0;
}

net::IoResult<void> Response::feed(std::string_view bytes) {
    opening_.append(bytes.substr(0, kOpening - std::min(kOpening, opening_.size())));
    fed_ += bytes.size();
    // Another protocol's peer may never send what ends a header.
    const std::string_view first{opening_.data(), std::min(opening_.size(), kStart.size())};
    if (!kStart.starts_with(first))
        return Failed{Cause::peer_garbage, std::string(not_http(opening_.front()))};
    pending_.append(bytes);
    while (true) {
        const auto whole = head_is_whole();
        if (!whole) return whole.error();
        if (!*whole) return {};
        auto parsed = parse();
        if (!parsed) return parsed;
        const bool interim = parser_->is_done() && parser_->head.status < 200 && parser_->head.status != 101;
        if (!interim) return bounded();
        if (++interim_ > kMaxInterim) return Failed{Cause::peer_unexpected, "interim answers without end"};
        start();
    }
}

// The parser judges a head that comes in one piece at its first mistake, and one in several only at its end.
// It gets heads whole, so that the verdict does not depend on the network's cuts; the ends of the lines and
// the size are judged here, as they come.
net::IoResult<bool> Response::head_is_whole() {
    if (head_done()) return true;
    for (; scanned_ < pending_.size(); ++scanned_) {
        if (scanned_ >= kMaxHeader) {
            return Failed{Cause::peer_too_large, fmt::format("a header of more than {} bytes", kMaxHeader)};
        }
        const bool after_cr = scanned_ > 0 && pending_[scanned_ - 1] == '\r';
        const bool end_of_line = pending_[scanned_] == '\n';
        if (end_of_line != after_cr) {
            return Failed{Cause::peer_garbage,
                          "malformed HTTP/1: a line of the header does not end with CR LF"};
        }
        if (end_of_line && std::string_view(pending_).substr(0, scanned_ + 1).ends_with("\r\n\r\n"))
            return true;
    }
    return false;
}

net::IoResult<void> Response::parse() {
    while (!pending_.empty() && !parser_->is_done()) {
        error_code error;
        const bool in_head = !head_done();
        const std::size_t offered = in_head ? scanned_ + 1 : pending_.size();
        const std::size_t used = parser_->put(boost::asio::const_buffer(pending_.data(), offered), error);
        pending_.erase(0, used);
        if (in_head && error == beast::http::error::need_more) error = beast::http::error::partial_message;
        if (error == beast::http::error::need_more || (!error && used == 0)) break;
        if (error) return Failed{Cause::peer_garbage, "malformed HTTP/1: " + error.message()};
    }
    if (pending_.size() > kMaxPending) {
        return Failed{Cause::peer_too_large,
                      fmt::format("more than {} bytes without an end of line", kMaxPending)};
    }
    return {};
}

net::IoResult<void> Response::end_of_stream() {
    if (done()) return {};
    const Failed closed{Cause::peer_closed, head_done()
                                                ? "the server closed the connection inside its answer"
                                                : "the server closed the connection before its answer"};
    if (!head_done()) return closed;
    error_code error;
    parser_->put_eof(error);
    if (error) return closed;
    return {};
}

// A peer may wrap each byte in a kilobyte of chunk extensions, and so keep us busy without ever reaching
// kMaxBody.
net::IoResult<void> Response::bounded() const {
    if (done() || enough() || fed_ <= kMaxWire) return {};
    return Failed{Cause::peer_too_large,
                  fmt::format("more than {} bytes, hardly any of them the body", kMaxWire)};
}

bool Response::head_done() const {
    return parser_->is_header_done();
}
const Head& Response::head() const {
    return parser_->head;
}
bool Response::done() const {
    return parser_->is_done();
}
bool Response::enough() const {
    return parser_->body_bytes > kMaxBody;
}
}  // namespace plumb::http
