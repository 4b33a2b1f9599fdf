#include "probes/task/warmup/question.hpp"

#include "probes/http/response.hpp"
#include "probes/http/settings.hpp"
#include "probes/http/wire_text.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/tls.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

namespace plumb::task {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::seconds kRestOfBody{1};
constexpr std::size_t kMaxRest = 65536;
// Whom to trust, where nothing is verified: reading the system's authorities takes a megabyte for nothing.
constexpr const char* kNobody = "/dev/null";
using Buffer = std::array<char, 2048>;

HealthAnswer failed(Cause cause) {
    HealthAnswer answer;
    answer.failed = cause;
    answer.at = Clock::now();
    return answer;
}

Secret request(const std::string& target, const std::string& host, const Secret& credentials) {
    std::string text = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: plumb-agent\r\n"
        "Accept: */*\r\nConnection: close\r\n",
        target, host);
    if (!credentials.empty()) text += fmt::format("Authorization: Basic {}\r\n", credentials.reveal());
    text += "\r\n";
    return Secret(std::move(text));
}

// An app whose answer is cut off logs that, and would do so at each question.
awaitable<void> read_rest(net::Stream& stream, http::Response& response, Clock::time_point deadline) {
    Buffer buffer;
    while (!response.done() && response.fed() < kMaxRest) {
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count || *count == 0) co_return;
        const auto fed = response.feed(std::string_view(buffer.data(), *count));
        if (!fed) co_return;
    }
}

awaitable<HealthAnswer> read_answer(net::Stream& stream, Clock::time_point deadline) {
    http::Response response(false);
    Buffer buffer;
    while (!response.head_done()) {
        if (response.fed() >= kMaxHead) co_return failed(Cause::peer_too_large);
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count) co_return failed(count.error().cause);
        const auto fed =
            *count == 0 ? response.end_of_stream() : response.feed(std::string_view(buffer.data(), *count));
        if (!fed) co_return failed(fed.error().cause);
    }
    HealthAnswer answer;
    answer.status = response.head().status;
    answer.at = stream.received_at().value_or(Clock::now());
    co_await read_rest(stream, response, std::min(deadline, Clock::now() + kRestOfBody));
    co_return answer;
}

awaitable<HealthAnswer> exchange(Services& services, const Question& question, Clock::time_point deadline) {
    Run run(deadline, 0, Depth::connect);
    std::optional<net::Stream> stream = co_await net::dial(run, services, question.host, question.port);
    if (!stream) co_return failed(run.outcome.failure->cause);
    if (question.tls && !co_await net::start_tls(run, *stream, *question.tls))
        co_return failed(run.outcome.failure->cause);
    const auto written = co_await stream->write(question.request.reveal(), deadline);
    if (!written) co_return failed(written.error().cause);
    HealthAnswer answer = co_await read_answer(*stream, deadline);
    stream->close();
    co_return answer;
}

}  // namespace

Question question_of(const Url& url) {
    const std::uint16_t port = port_of(url);
    Question question{url.host, port,
                      request(http::request_target_of(url), http::host_field(url.host, port, usual_port(url)),
                              http::basic_credentials(url.user, url.password))};
    if (url.scheme != "https") return question;
    net::TlsOptions options;
    options.server_name = net::certificate_name(url.host);
    options.verify = false;
    options.ca_file = kNobody;
    question.tls = std::make_shared<const net::TlsSettings>(std::move(options));
    return question;
}

Question question_of(const Url& url, std::uint16_t other_port) {
    Url bare;
    bare.scheme = url.scheme;
    bare.host = url.host;
    bare.port = other_port;
    bare.path = url.path;
    return question_of(bare);
}

awaitable<HealthAnswer> ask(Services& services, const Question& question, Clock::time_point deadline) {
    try {
        HealthAnswer answer = co_await exchange(services, question, deadline);
        co_return answer;
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) throw;
    } catch (const std::exception&) {
        co_return failed(Cause::local_error);
    }
    co_return failed(Cause::local_error);
}

}  // namespace plumb::task
