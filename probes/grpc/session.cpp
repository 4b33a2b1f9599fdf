#include "probes/grpc/session.hpp"

#include "probes/grpc/status.hpp"
#include "probes/peer_words.hpp"
#include "probes/url.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nghttp2/nghttp2.h>
#include <optional>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace plumb::grpc_health {
namespace {

using net::Failed;

constexpr std::size_t kMaxField = 1024;
constexpr std::size_t kMaxFarewell = 128;
constexpr std::size_t kFieldOverhead = 32;  // RFC 9113, 6.5.2
constexpr std::size_t kMaxAcks = 32;        // of a server's PINGs and SETTINGS that wait to be written
constexpr std::size_t kFrameHeader = 9;
constexpr char kSettingsFrame = 4;

// Every frame of a server begins with its length in three bytes, of which the first is 0 under the limit that
// we leave at 16 KiB, and the first frame is SETTINGS (RFC 9113, 3.4).
std::optional<Failed> not_http2(std::string_view opening) {
    const bool starts_well = opening.empty() || opening[0] == '\0';
    if (starts_well && (opening.size() < 4 || opening[3] == kSettingsFrame)) return std::nullopt;
    constexpr std::string_view kHttp1 = "HTTP/1";
    if (opening.starts_with(kHttp1.substr(0, opening.size())))
        return Failed{Cause::peer_garbage, "the server speaks HTTP/1 here, not HTTP/2"};
    if (opening[0] == 0x15 || opening[0] == 0x16)  // TLS: an alert, a handshake (RFC 8446, 5.1)
        return Failed{Cause::peer_garbage, "the answer is TLS; the port wants grpcs"};
    return Failed{Cause::peer_garbage, "the answer is not HTTP/2"};
}

nghttp2_nv field(std::string_view name, std::string_view value) {
    // nghttp2 copies both and changes neither; its structure is older than const.
    const auto bytes = [](std::string_view text) {
        return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// At most eight digits and a unit (doc/PROTOCOL-HTTP2.md, "Timeout").
std::string timeout_text(std::chrono::nanoseconds timeout) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(timeout).count();
    constexpr long kMostDigits = 99'999'999;
    if (micros <= kMostDigits) return fmt::format("{}u", std::max(micros, 1L));
    return fmt::format("{}m", std::min(micros / 1000, kMostDigits));
}

}  // namespace

// What nghttp2 calls, and what it has told. Each callback is nghttp2's shape around a member that does the
// work.
struct Session::Impl {
    explicit Impl(const Settings& given) : settings(given), request(check_request(given.service)) { open(); }
    ~Impl() { nghttp2_session_del(session); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void open();
    void start(const std::string& timeout);
    void take_field(std::string_view name, std::string_view value);
    void take_frame(const nghttp2_frame& frame);
    void take_goaway(const nghttp2_goaway& frame);
    net::IoResult<void> state() const;

    static int on_field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                        std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                        std::uint8_t, void* user);
    static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user);
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                       std::size_t size, void* user);
    static int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* user);
    static ssize_t on_send(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                           std::uint32_t* flags, nghttp2_data_source*, void* user);

    const Settings& settings;
    std::string request;
    std::size_t written = 0;  // of `request`
    nghttp2_session* session = nullptr;
    std::int32_t stream = 0;  // of the call; 0 before start()
    std::string opening;
    std::size_t fed = 0;
    std::size_t header_list = 0;
    bool ready = false;
    bool answered = false;
    bool done = false;
    Answer answer;
    std::optional<Failed> failed;
};

namespace {

// nghttp2's own failures here are those of memory and of wrong use.
void require(int returned) {
    if (returned != 0) throw std::runtime_error(std::string("HTTP/2: ") + nghttp2_strerror(returned));
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

struct CallbacksFree {
    void operator()(nghttp2_session_callbacks* callbacks) const { nghttp2_session_callbacks_del(callbacks); }
};
struct OptionFree {
    void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};

}  // namespace

void Session::Impl::open() {
    nghttp2_session_callbacks* made = nullptr;
    require(nghttp2_session_callbacks_new(&made));
    const std::unique_ptr<nghttp2_session_callbacks, CallbacksFree> callbacks(made);
    nghttp2_session_callbacks_set_on_header_callback(made, on_field);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, on_close);
    nghttp2_option* chosen = nullptr;
    require(nghttp2_option_new(&chosen));
    const std::unique_ptr<nghttp2_option, OptionFree> option(chosen);
    nghttp2_option_set_max_outbound_ack(chosen, kMaxAcks);
    require(nghttp2_session_client_new2(&session, made, this, chosen));
    constexpr std::array<nghttp2_settings_entry, 2> kSettings{
        {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kMaxHeaderList}}};
    require(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, kSettings.data(), kSettings.size()));
}

void Session::Impl::start(const std::string& timeout) {
    std::vector<nghttp2_nv> fields{
        field(":method", "POST"),
        field(":scheme", settings.tls ? "https" : "http"),
        field(":path", kPath),
        field(":authority", settings.authority),
        field("te", "trailers"),
        field("content-type", "application/grpc"),
        field("user-agent", "plumbline/" PLUMB_VERSION),
        field("grpc-accept-encoding", "identity"),
        field("grpc-timeout", timeout),
    };
    for (const auto& each : settings.metadata) {
        fields.push_back(field(each.name, each.value.reveal()));
        fields.back().flags = NGHTTP2_NV_FLAG_NO_INDEX;  // a secret (RFC 7541, 7.1.3)
    }
    nghttp2_data_provider body{};
    body.read_callback = on_send;
    stream = nghttp2_submit_request(session, nullptr, fields.data(), fields.size(), &body, nullptr);
    require(std::min(stream, 0));
}

ssize_t Session::Impl::on_send(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                               std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& self = *static_cast<Impl*>(user);
    const auto count = self.request.copy(reinterpret_cast<char*>(into), size, self.written);
    self.written += count;
    if (self.written == self.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
}

int Session::Impl::on_field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                            std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                            std::uint8_t, void* user) {
    auto& self = *static_cast<Impl*>(user);
    self.header_list += name_size + value_size + kFieldOverhead;
    if (self.header_list > kMaxHeaderList) {
        self.failed =
            Failed{Cause::peer_too_large, fmt::format("a header of more than {} bytes", kMaxHeaderList)};
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    if (frame->hd.stream_id == self.stream)
        self.take_field(text_of(name, name_size), text_of(value, std::min(value_size, kMaxField)));
    return 0;
}

void Session::Impl::take_field(std::string_view name, std::string_view value) {
    if (name == ":status") {
        answer.http_status = std::atoi(std::string(value).c_str());  // three digits: nghttp2 has seen to it
    } else if (name == "content-type") {
        answer.content_type = value;
    } else if (name == "server") {
        answer.server = value;
    } else if (name == "grpc-status") {
        answer.status = parse_status(value);
    } else if (name == "grpc-message") {
        answer.message = percent_decode(value);
    }
}

int Session::Impl::on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    static_cast<Impl*>(user)->take_frame(*frame);
    return 0;
}

void Session::Impl::take_frame(const nghttp2_frame& frame) {
    switch (frame.hd.type) {
        case NGHTTP2_SETTINGS:
            ready = ready || (frame.hd.flags & NGHTTP2_FLAG_ACK) == 0;
            break;
        case NGHTTP2_HEADERS:
            answered = answered || (frame.hd.stream_id == stream && answer.http_status >= 200);
            break;
        case NGHTTP2_GOAWAY:
            take_goaway(frame.goaway);
            break;
        default:
            break;
    }
}

// A call that it lets pass goes on; one that it does not, nghttp2 closes as refused.
void Session::Impl::take_goaway(const nghttp2_goaway& frame) {
    const auto words = text_of(frame.opaque_data, std::min(frame.opaque_data_len, kMaxFarewell));
    answer.farewell =
        fmt::format("it is going away ({}{}{})", nghttp2_http2_strerror(frame.error_code),
                    words.empty() ? "" : ": ", words.empty() ? "" : marked_words(std::string(words)));
    if (stream != 0) return;
    const bool calm = frame.error_code == NGHTTP2_ENHANCE_YOUR_CALM;
    failed = Failed{calm ? Cause::grpc_resource_exhausted : Cause::grpc_unavailable,
                    "the server took no call: " + answer.farewell};
}

int Session::Impl::on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                           std::size_t size, void* user) {
    auto& self = *static_cast<Impl*>(user);
    if (stream != self.stream) return 0;
    if (self.answer.body.size() + size > kMaxMessage) {
        self.failed =
            Failed{Cause::peer_too_large, fmt::format("an answer of more than {} bytes", kMaxMessage)};
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    self.answer.body.append(text_of(bytes, size));
    return 0;
}

int Session::Impl::on_close(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* user) {
    auto& self = *static_cast<Impl*>(user);
    if (stream != self.stream) return 0;
    self.done = true;
    self.answer.reset = error;
    return 0;
}

net::IoResult<void> Session::Impl::state() const {
    if (failed) return *failed;
    if (done || fed <= kMaxWire) return {};
    return Failed{Cause::peer_too_large,
                  fmt::format("more than {} bytes, and the call has not ended", kMaxWire)};
}

Session::Session(const Settings& settings) : impl_(std::make_unique<Impl>(settings)) {}
Session::~Session() = default;

std::string Session::take_output() {
    std::string output;
    const std::uint8_t* bytes = nullptr;
    for (auto size = nghttp2_session_mem_send(impl_->session, &bytes); size != 0;
         size = nghttp2_session_mem_send(impl_->session, &bytes)) {
        require(static_cast<int>(std::min<ssize_t>(size, 0)));
        output.append(text_of(bytes, static_cast<std::size_t>(size)));
    }
    return output;
}

net::IoResult<void> Session::feed(std::string_view bytes) {
    auto& self = *impl_;
    if (self.opening.size() < kFrameHeader) {
        self.opening.append(bytes.substr(0, kFrameHeader - self.opening.size()));
        if (auto wrong = not_http2(self.opening)) return *std::move(wrong);
    }
    self.fed += bytes.size();
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto taken = nghttp2_session_mem_recv(self.session, data, bytes.size());
    if (auto state = self.state(); !state) return state;
    if (taken == NGHTTP2_ERR_FLOODED)
        return Failed{Cause::peer_too_large, "the server floods the connection with control frames"};
    if (taken < 0) {
        return Failed{Cause::peer_garbage,
                      fmt::format("broken HTTP/2: {}", nghttp2_strerror(static_cast<int>(taken)))};
    }
    return {};
}

bool Session::ready() const {
    return impl_->ready;
}
void Session::start(std::chrono::nanoseconds timeout) {
    impl_->start(timeout_text(timeout));
}
bool Session::answered() const {
    return impl_->answered;
}
bool Session::done() const {
    return impl_->done;
}
const Answer& Session::answer() const {
    return impl_->answer;
}
bool Session::broken() const {
    return nghttp2_session_want_read(impl_->session) == 0;
}
void Session::goodbye() {
    require(nghttp2_session_terminate_session(impl_->session, NGHTTP2_NO_ERROR));
}

}  // namespace plumb::grpc_health
