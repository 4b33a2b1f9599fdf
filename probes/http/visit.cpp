#include "probes/http/visit.hpp"

#include "base/text.hpp"
#include "model/phase.hpp"
#include "probes/http/facts.hpp"
#include "probes/http/rate_limit.hpp"
#include "probes/http/status.hpp"
#include "probes/http/transcript.hpp"
#include "probes/http/wire_text.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/tls.hpp"
#include "probes/net/tls_resumption.hpp"
#include "probes/peer_words.hpp"

#include <array>
#include <ctime>

#include <fmt/format.h>

namespace plumb::http {

namespace {

using boost::asio::awaitable;
using net::Failed;
using net::IoResult;

// Where a redirect points, without what may be secret in it: userinfo, query and fragment go.
std::string location_shape(std::string_view location) {
    std::string shape{location.substr(0, location.find_first_of("?#"))};
    const std::size_t slashes = shape.find("//");
    if (slashes == std::string::npos) return shape;
    const std::size_t authority = slashes + 2;
    const std::size_t end = std::min(shape.find('/', authority), shape.size());
    const std::size_t at = shape.rfind('@', end);
    if (at != std::string::npos && at >= authority) shape.erase(authority, at + 1 - authority);
    return shape;
}

// What has come next is fed to the answer. False: the peer has ended its side, rightly.
awaitable<IoResult<bool>> read_more(net::Stream& stream, Response& response, Clock::time_point deadline) {
    std::array<char, 16384> buffer;
    const auto count = co_await stream.read_some(buffer, deadline);
    if (!count) co_return count.error();
    const auto fed =
        *count == 0 ? response.end_of_stream() : response.feed(std::string_view(buffer.data(), *count));
    if (!fed) co_return fed.error();
    co_return *count > 0;
}

// "No answer" would be wrong when a part of it has come.
std::string words_of(const Failed& failed, const Response& response) {
    if (failed.cause != Cause::peer_timeout || response.fed() == 0) return failed.detail;
    return fmt::format("the {} was not complete within the time limit ({} bytes of the answer came)",
                       response.head_done() ? "body" : "header", response.fed());
}

std::string reason_of(const Head& head, const Echo& echo) {
    return head.reason.empty() ? "" : peer_words(echo.scrubbed(head.reason));
}

// Of what was read last: by the kernel's stamp, or now, as for the end of a stream, which it does not stamp.
Clock::time_point arrival_on(const net::Stream& stream) {
    return stream.received_at().value_or(Clock::now());
}

Clock::time_point half_of_what_is_left(const Run& run) {
    const auto now = Clock::now();
    const auto left = std::max(run.whole_deadline() - now, Clock::duration::zero());
    return std::min(run.deadline(), now + left / 2);
}

}  // namespace

Visit::Visit(const Settings& settings, TlsPool& pool, Services& services, Run& run)
    : settings_(settings), pool_(pool), services_(services), run_(run), hop_(first_hop(settings)) {}

awaitable<void> Visit::connect() {
    const bool opened = co_await open();
    if (opened) stream_->close();
}

awaitable<void> Visit::go() {
    co_await ask();
    while (turn())
        co_await ask();
    if (!run_.failed() && run_.inspects()) co_await measure_kept_connection();
    if (stream_) stream_->close();
}

awaitable<void> Visit::ask() {
    const bool opened = co_await open();
    if (!opened) co_return;
    co_await exchange();
    net::note_kernel_facts(run_.outcome, stream_->descriptor());
}

awaitable<bool> Visit::open() {
    stream_.reset();  // never two connections at once
    // The settings of a host that is new here are made now: no phase pays for them, nor for the closing.
    const net::TlsSettings* tls = hop_.tls ? &pool_.settings_of(hop_) : nullptr;
    run_.arrived(last_byte_);
    proxy_ = settings_.route.through(hop_.tls, hop_.host, hop_.port);
    const auto obstacle = settings_.route.obstacle(hop_.tls, hop_.host, hop_.port);
    if (!obstacle.empty()) {
        run_.begin(phase::resolve);
        run_.fail(Cause::local_error, obstacle);
        co_return false;
    }
    run_.outcome.fact(kRoute, proxy_ == nullptr ? "direct" : "proxy");
    if (proxy_ != nullptr) run_.outcome.fact(kProxy, host_field(proxy_->host, proxy_->port, 0));
    const std::string& host = proxy_ == nullptr ? hop_.host : proxy_->host;
    stream_ = co_await net::dial(run_, services_, host, proxy_ == nullptr ? hop_.port : proxy_->port);
    if (!stream_) co_return false;
    if (tls == nullptr) co_return true;
    if (proxy_ != nullptr) {
        const bool made = co_await make_tunnel();
        if (!made) co_return false;
    }
    const bool upgraded = co_await net::start_tls(run_, *stream_, *tls);
    co_return upgraded;
}

awaitable<bool> Visit::make_tunnel() {
    run_.begin(phase::tunnel);
    const auto made = co_await ask_for_tunnel(*stream_, run_.deadline());
    if (!made) {
        run_.fail(made.error().cause, made.error().detail);
        co_return false;
    }
    run_.arrived(arrival_on(*stream_));
    co_return true;
}

awaitable<IoResult<void>> Visit::ask_for_tunnel(net::Stream& stream, Clock::time_point deadline) const {
    const Secret bytes = connect_request(hop_, *proxy_);
    say_request(run_, bytes.reveal(), settings_);
    const auto written = co_await stream.write(bytes.reveal(), deadline);
    if (!written) co_return written.error();
    Keep keep;
    keep.header = run_.listens();
    Response answer(true, std::move(keep));
    while (!answer.done()) {
        const auto more = co_await read_more(stream, answer, deadline);
        if (!more) co_return Failed(more.error().cause, "from the proxy: " + words_of(more.error(), answer));
    }
    const Head& head = answer.head();
    say_answer(run_, answer.header(), settings_);
    if (head.status / 100 == 2) co_return IoResult<void>();
    const auto cause = head.status == 407 ? Cause::http_proxy_unauthorized : Cause::http_proxy_refused;
    co_return Failed(cause,
                     fmt::format("the proxy answered {} {}", head.status, reason_of(head, settings_.echo)));
}

RequestForm Visit::form() const {
    RequestForm form;
    form.keep_alive = run_.inspects() && settings_.is_safe();
    if (!hop_.tls) form.proxy = proxy_;
    return form;
}

awaitable<void> Visit::exchange() {
    run_.begin(phase::send);
    const Secret bytes = request(settings_, hop_, form());
    say_request(run_, bytes.reveal(), settings_);
    const auto written = co_await stream_->write(bytes.reveal(), run_.deadline());
    if (!written) co_return run_.fail(written.error().cause, written.error().detail);
    run_.begin(phase::first_byte);
    Keep keep{settings_.expected.fields(), settings_.expected.reads_body(), run_.listens()};
    Response& response = response_.emplace(hop_.method == "HEAD", std::move(keep));
    bool judged = false;
    while (!response.done() && !response.enough()) {
        const auto more = co_await read_more(*stream_, response, run_.deadline());
        if (!more) co_return fail_reading(more.error());
        if (!judged && response.head_done()) {
            judged = true;
            say_answer(run_, response.header(), settings_);
            judge_head(response.head());
            if (run_.failed()) co_return;
        }
        last_byte_ = arrival_on(*stream_);
        run_.arrived(last_byte_);
        run_.begin(phase::transfer);
        if (!*more) break;
    }
    run_.arrived(last_byte_);  // of the transfer too: to judge the answer and to close are not its share
    note_body();
    if (!leads_on(response.head())) judge_body();
}

void Visit::note_body() const {
    const auto rest =
        response_->fed() - std::min<std::uint64_t>(response_->fed(), response_->header().size());
    if (run_.listens() && rest > 0) run_.peer_said(fmt::format("and {} bytes more", rest));
}

void Visit::describe(const Head& head) {
    Outcome& outcome = run_.outcome;
    const auto add_peers_words = [&](const FactInfo& info, std::string_view words) {
        if (!words.empty()) outcome.fact(info, settings_.echo.scrubbed(words));
    };
    outcome.fact(kStatus, std::to_string(head.status));
    outcome.fact(kVersion, head.version == 10 ? "1.0" : "1.1");
    if (settings_.redirects > 0) outcome.fact(kRedirects, std::to_string(followed_));
    add_peers_words(kServer, head.field("server"));
    if (head.status / 100 == 3) add_peers_words(kLocation, location_shape(head.field("location")));
    describe_limits(head, std::time(nullptr), outcome);
}

void Visit::judge_head(const Head& head) {
    describe(head);
    if (leads_on(head)) return;
    const Expectation& expected = settings_.expected;
    if (!is_expected(head.status, expected.statuses)) {
        std::string words = fmt::format("{} {}", head.status, reason_of(head, settings_.echo));
        if (!expected.statuses_text.empty()) words += fmt::format(", expected {}", expected.statuses_text);
        return fail_answer(cause_of_status(head.status), trim(words));
    }
    const auto complaint = header_complaint(expected, head);
    if (!complaint.empty()) fail_answer(Cause::peer_unexpected, complaint);
}

void Visit::judge_body() {
    const Expectation& expected = settings_.expected;
    if (!expected.reads_body()) return;
    const std::string& body = response_->body();
    const auto unwanted = unwanted_complaint(expected, body);
    if (!unwanted.empty()) return run_.fail(Cause::peer_unexpected, unwanted);
    const auto missing = missing_complaint(expected, body);
    if (response_->enough() && (expected.needs_whole_body() || !missing.empty())) {
        return run_.fail(Cause::peer_too_large,
                         fmt::format("the body has more than the {} bytes that are searched", kMaxBody));
    }
    if (!missing.empty()) run_.fail(Cause::peer_unexpected, settings_.echo.scrubbed(missing));
}

// The answer is what is wrong, not its transfer.
void Visit::fail_answer(Cause cause, std::string_view words) {
    run_.begin(phase::first_byte);
    run_.fail(cause, words);
}

void Visit::fail_reading(const Failed& failed) {
    std::string words = words_of(failed, *response_);
    const bool begun = !response_->head_done() && !response_->opening().empty();
    if (run_.listens() && settings_.quotable && begun) run_.peer_said(first_bytes(response_->opening()));
    if (failed.cause == Cause::peer_garbage && settings_.quotable && !response_->head_done()) {
        words += "; it begins with " + peer_words(response_->opening(), 80);
    }
    run_.fail(failed.cause, words);
}

bool Visit::turn() {
    if (run_.failed() || !leads_on(response_->head())) return false;
    if (followed_ == settings_.redirects) {
        fail_answer(Cause::http_status,
                    fmt::format("{} again, after {} redirects", response_->head().status, followed_));
        return false;
    }
    auto next = follow(settings_, hop_, response_->head());
    if (!next) {
        fail_answer(next.error().cause, next.error().detail);
        return false;
    }
    hop_ = *std::move(next);
    ++followed_;
    return true;
}

// What a pool of connections saves an app, and what a session of TLS does. Neither makes the run fail.
awaitable<void> Visit::measure_kept_connection() {
    bool whole = true;
    if (settings_.is_safe() && response_->done()) whole = co_await measure_reuse();
    if (!whole || !hop_.tls) co_return;
    const net::BeforeTls tunnel = [this](net::Stream& stream, Clock::time_point deadline) {
        return ask_for_tunnel(stream, deadline);
    };
    co_await net::measure_resumption(run_, *stream_, pool_.settings_of(hop_),
                                     proxy_ == nullptr ? nullptr : &tunnel);
}

awaitable<bool> Visit::measure_reuse() {
    if (!response_->keeps_alive()) {
        run_.outcome.fact(kKeepAlive, "no");
        co_return true;
    }
    run_.begin(phase::reuse);
    const auto latest = half_of_what_is_left(run_);
    RequestForm last = form();
    last.keep_alive = false;
    const Secret bytes = request(settings_, hop_, last);
    run_.we_said("the same request again, on the kept connection");
    auto going = co_await stream_->write(bytes.reveal(), latest);
    Response second(hop_.method == "HEAD");
    while (going && !second.done() && !second.enough()) {
        const auto more = co_await read_more(*stream_, second, latest);
        if (!more) going = more.error();
        if (more && !*more) break;
    }
    if (going) run_.arrived(arrival_on(*stream_));
    if (going && second.head_done()) run_.peer_said(fmt::format("{} again", second.head().status));
    run_.outcome.fact(kKeepAlive, going ? "yes" : "no");
    co_return going.has_value();
}

}  // namespace plumb::http
