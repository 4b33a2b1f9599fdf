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

constexpr std::array<std::string_view, 4> kFields{"server", "location", "date", "retry-after"};
constexpr std::array<std::string_view, 3> kQuotaFields{"ratelimit", "x-ratelimit-", "x-rate-limit-"};
constexpr std::size_t kMaxQuotaFields = 24;

// A TLS record begins with its type, an alert or a handshake (RFC 8446, 5.1).
std::string_view not_http(char first) {
    if (first == 0x15 || first == 0x16) return "the answer is TLS, not HTTP/1; the port wants https";
    return "the answer is not HTTP/1";
}

bool is_quota_field(std::string_view name) {
    return std::any_of(kQuotaFields.begin(), kQuotaFields.end(),
                       [name](std::string_view prefix) { return name.starts_with(prefix); });
}

// The header's end in `text`, behind its empty line; npos: not yet. Lines that end before `from` were looked
// at.
std::size_t end_of_header(std::string_view text, std::size_t from) {
    for (auto at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        const auto rest = text.substr(at + 1);
        if (rest.starts_with('\n')) return at + 2;
        if (rest.starts_with("\r\n")) return at + 3;
    }
    return std::string_view::npos;
}

// Every line ended by CRLF, and the status followed by the blank that the grammar wants where there is no
// reason: what Beast insists on and not every server sends.
std::string strict_header(std::string_view text) {
    constexpr std::size_t kStatusLine = std::string_view("HTTP/1.1 200").size();
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size() - 1);
        auto line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        out.append(line);
        if (at == 0 && line.size() == kStatusLine) out += ' ';
        out += "\r\n";
        at = end + 1;
    }
    return out;
}

}  // namespace

std::string_view Head::field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

// Keeps the head, counts the body, and keeps it where that is asked.
class Response::Parser final : public beast::http::basic_parser<false> {
  public:
    explicit Parser(const Keep& keep) : keep_(keep) {}

    Head head;
    std::string body;
    std::uint64_t body_bytes = 0;

  private:
    void on_request_impl(beast::http::verb, StringView, StringView, int, error_code&) override {}
    void on_response_impl(int code, StringView reason, int version, error_code&) override {
        head.status = code;
        head.version = version;
        head.reason.assign(reason.data(), reason.size());
    }
    void on_field_impl(beast::http::field, StringView name, StringView value, error_code&) override {
        const std::string lower = to_lower(std::string_view(name.data(), name.size()));
        if (std::find(keep_.fields.begin(), keep_.fields.end(), lower) != keep_.fields.end())
            head.lines.emplace_back(lower, std::string(value.data(), value.size()));
        if (is_quota_field(lower)) return join_field(lower, value);
        if (std::find(kFields.begin(), kFields.end(), lower) == kFields.end()) return;
        head.fields.try_emplace(lower, value.data(), value.size());  // the first one counts
    }
    // A list may stand in several lines (RFC 9110 §5.3).
    void join_field(const std::string& name, StringView value) {
        if (head.fields.size() >= kMaxQuotaFields && !head.fields.contains(name)) return;
        auto& text = head.fields[name];
        if (!text.empty()) text += ", ";
        text.append(value.data(), value.size());
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t take_body(StringView bytes) {
        body_bytes += bytes.size();
        if (keep_.body)
            body.append(bytes.data(), std::min<std::size_t>(bytes.size(), kMaxBody - body.size()));
        return bytes.size();
    }
    std::size_t on_body_impl(StringView bytes, error_code&) override { return take_body(bytes); }
    void on_chunk_header_impl(std::uint64_t, StringView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, StringView bytes, error_code&) override {
        return take_body(bytes);
    }
    void on_finish_impl(error_code&) override {}

    const Keep& keep_;
};

Response::Response(bool without_body, Keep keep) : without_body_(without_body), keep_(std::move(keep)) {
    start();
}
Response::~Response() = default;

void Response::start() {
    parser_ = std::make_unique<Parser>(keep_);
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(boost::none);
    parser_->eager(true);
    parser_->skip(without_body_);
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
        auto parsed = parse();
        if (!parsed) return parsed;
        const bool interim = parser_->is_done() && parser_->head.status < 200 && parser_->head.status != 101;
        if (!interim) return bounded();
        if (++interim_ > kMaxInterim) return Failed{Cause::peer_unexpected, "interim answers without end"};
        start();
    }
}

net::IoResult<void> Response::parse() {
    if (!head_done()) return take_header();
    while (!pending_.empty() && !parser_->is_done()) {
        std::size_t used = 0;
        if (auto parsed = put(pending_, used); !parsed) return parsed;
        pending_.erase(0, used);
        if (used == 0) break;
    }
    if (pending_.size() > kMaxPending) {
        return Failed{Cause::peer_too_large,
                      fmt::format("more than {} bytes without an end of line", kMaxPending)};
    }
    return {};
}

// The parser judges a header that comes in one piece at its first mistake, and one in several only at its
// end. It gets it whole, so that the verdict does not depend on the network's cuts; what follows is body.
net::IoResult<void> Response::take_header() {
    const auto end = end_of_header(pending_, std::max<std::size_t>(scanned_, 2) - 2);
    scanned_ = pending_.size();
    if (std::min(end, pending_.size()) > kMaxHeader)
        return Failed{Cause::peer_too_large, fmt::format("a header of more than {} bytes", kMaxHeader)};
    if (end == std::string_view::npos) return {};
    const std::string header = strict_header(std::string_view(pending_).substr(0, end));
    if (keep_.header) header_ = header;
    pending_.erase(0, end);
    std::size_t used = 0;
    if (auto parsed = put(header, used); !parsed) return parsed;
    if (!head_done()) return Failed{Cause::peer_garbage, "malformed HTTP/1: the header has no end"};
    return parse();
}

net::IoResult<void> Response::put(std::string_view bytes, std::size_t& used) {
    error_code error;
    used = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == beast::http::error::need_more) return {};
    if (error) return Failed{Cause::peer_garbage, "malformed HTTP/1: " + error.message()};
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
const std::string& Response::body() const {
    return parser_->body;
}
bool Response::keeps_alive() const {
    return parser_->keep_alive();
}

}  // namespace plumb::http
