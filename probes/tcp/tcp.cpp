#include "probes/tcp/tcp.hpp"

#include "base/text.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/peer_words.hpp"
#include "probes/scrub.hpp"
#include "probes/tcp/facts.hpp"
#include "probes/tcp/settings.hpp"

#include <array>

namespace plumb {
namespace {

namespace asio = boost::asio;
using net::Stream;

constexpr std::string_view kStartTls = "starttls";
constexpr std::string_view kExchange = "exchange";
constexpr std::size_t kReadBytes = 4096;

// What was sent may be secret, and a server may repeat it: each of its words that could be one.
std::vector<std::string_view> secrets_of(const std::vector<tcp::Step>& steps) {
    constexpr std::string_view kBlank = " \t\r\n";
    constexpr std::size_t kShortest = 4;
    std::vector<std::string_view> words;
    for (const auto& step : steps) {
        const std::string_view sent = step.send;
        for (auto at = sent.find_first_not_of(kBlank); at != std::string_view::npos;) {
            const auto end = std::min(sent.find_first_of(kBlank, at), sent.size());
            if (end - at >= kShortest) words.push_back(sent.substr(at, end - at));
            at = sent.find_first_not_of(kBlank, end);
        }
    }
    return words;
}

class TcpProbe final : public Probe {
  public:
    TcpProbe(const Target& target, Services& services, tcp::Settings settings)
        : services_(services),
          host_(target.url.host),
          port_(target.url.port),
          settings_(std::move(settings)),
          secrets_(secrets_of(settings_.steps)) {
        if (settings_.tls) tls_.emplace(*settings_.tls);
    }

    asio::awaitable<void> run(Run& run) override {
        auto stream = co_await net::dial(run, services_, host_, port_, settings_.family);
        if (!stream) co_return;
        if (tls_) {
            const bool agreed = co_await agree_on_tls(run, *stream);
            if (!agreed) co_return;
            const bool trusted = co_await net::start_tls(run, *stream, *tls_);
            if (!trusted) co_return;
        }
        if (!settings_.steps.empty()) co_await exchange(run, *stream);
        if (tls_ || !settings_.steps.empty()) net::note_kernel_facts(run.outcome, stream->descriptor());
        if (tls_ && !run.failed()) co_await say_goodbye(run, *stream);
        stream->close();
    }

  private:
    static asio::awaitable<net::IoResult<void>> read_more(Stream& stream, std::string& into,
                                                          Clock::time_point deadline) {
        std::array<char, kReadBytes> buffer;
        auto count = co_await stream.read_some(buffer, deadline);
        if (!count) co_return std::move(count).error();
        if (*count == 0) co_return net::Failed(Cause::peer_closed, "closed by the peer");
        into.append(buffer.data(), *count);
        co_return net::IoResult<void>();
    }

    // False: the run has failed.
    static asio::awaitable<bool> write(Run& run, Stream& stream, std::string_view bytes) {
        if (bytes.empty()) co_return true;
        const auto written = co_await stream.write(bytes, run.deadline());
        if (!written) run.fail(written.error().cause, written.error().detail);
        co_return !run.failed();
    }

    asio::awaitable<bool> agree_on_tls(Run& run, Stream& stream) const {
        run.begin(kStartTls);
        tcp::StartTls dialogue(*settings_.starttls);
        std::string received;
        for (;;) {
            const auto next = dialogue.resume(received);
            if (!dialogue.greeting().empty())
                run.outcome.fact(tcp::facts::kGreeting, sanitize(dialogue.greeting()));
            if (next == tcp::StartTls::Next::upgrade) co_return true;
            if (next == tcp::StartTls::Next::fail) {
                run.fail(dialogue.cause(), dialogue.detail());
                co_return false;
            }
            if (const auto words = dialogue.output_words(); !words.empty()) run.we_said(words);
            const bool written = co_await write(run, stream, dialogue.output());
            if (!written) co_return false;
            received.clear();
            const auto came = co_await read_more(stream, received, run.deadline());
            if (!came) {
                run.fail(came.error().cause, came.error().detail);
                co_return false;
            }
            run.arrived(stream.received_at());
            if (run.listens()) say_lines(run, dialogue.answer_words(received));
        }
    }

    // A step a line, as they came.
    void say_lines(Run& run, std::string_view received) const {
        const auto shown = scrub(received, secrets_);
        for (const auto line : split(shown, '\n')) {
            if (!trim(line).empty()) run.peer_said(trim(line));
        }
    }

    asio::awaitable<void> exchange(Run& run, Stream& stream) const {
        run.begin(kExchange);
        std::string received;
        for (const auto& step : settings_.steps) {
            if (run.listens() && !step.send.empty())
                run.we_said(std::to_string(step.send.size()) +
                            " bytes of this target's own, which may be secret");
            const bool written = co_await write(run, stream, step.send);
            if (!written) co_return;
            if (!step.expect) continue;
            const bool found = co_await await_match(run, stream, *step.expect, received);
            if (!found) co_return;
        }
    }

    // Takes what it has understood off `received`.
    asio::awaitable<bool> await_match(Run& run, Stream& stream, const tcp::Pattern& pattern,
                                      std::string& received) const {
        for (;;) {
            if (const auto match = pattern.find(received)) {
                run.outcome.fact(tcp::facts::kAnswer, sanitize(scrub(trim(match->line), secrets_)));
                received.erase(0, match->end);
                co_return true;
            }
            if (received.size() > tcp::kMaxAwaited) {
                run.fail(Cause::peer_too_large, "no match in " + std::to_string(tcp::kMaxAwaited) + " bytes");
                co_return false;
            }
            const auto before = received.size();
            const auto came = co_await read_more(stream, received, run.deadline());
            run.arrived(stream.received_at());
            if (run.listens()) say_lines(run, std::string_view(received).substr(before));
            if (came) continue;
            fail_without_match(run, came.error(), received);
            co_return false;
        }
    }

    // A whole line that does not match is an answer, only not the one that is expected.
    void fail_without_match(Run& run, const net::Failed& failure, const std::string& received) const {
        const bool answered = received.find('\n') != std::string::npos &&
                              (failure.cause == Cause::peer_timeout || failure.cause == Cause::peer_closed);
        std::string words = failure.detail;
        if (!received.empty())
            words = "no match in " + peer_words(scrub(received, secrets_)) + " (" + words + ")";
        run.fail(answered ? Cause::peer_unexpected : failure.cause, words);
    }

    // For the server's log; nobody waits for its answer.
    asio::awaitable<void> say_goodbye(Run& run, Stream& stream) const {
        const auto words = tcp::goodbye(*settings_.starttls);
        if (words.empty()) co_return;
        (void)co_await stream.write(words, run.deadline());
    }

    Services& services_;
    std::string host_;
    std::uint16_t port_;
    tcp::Settings settings_;
    std::vector<std::string_view> secrets_;  // in settings_
    std::optional<net::TlsSettings> tls_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = tcp::read_settings(target);
    if (!settings) return settings.error();
    return std::unique_ptr<Probe>(std::make_unique<TcpProbe>(target, services, std::move(*settings)));
}

Catalog catalog() {
    auto catalog = net::dial_catalog();
    const Catalog starttls{
        .phases = {{kStartTls, "plain text until both sides begin TLS; with starttls", true}},
        .causes = {Cause::tls_refused},
        .facts = {tcp::facts::kGreeting},
        .gauges = {},
    };
    const Catalog exchange{
        .phases = {{kExchange, "all that is sent and awaited; with send and expect", true}},
        .causes = {},
        .facts = {tcp::facts::kAnswer},
        .gauges = {},
    };
    auto tls = net::tls_catalog();
    for (auto& each : tls.phases)
        each.sometimes = true;
    catalog.add(starttls).add(tls).add(exchange).add(net::exchange_catalog());
    return catalog;
}

}  // namespace

const Kind& tcp_kind() {
    static const Kind kind{"tcp", {{"tcp", 0}}, tcp::option_list(), false, make, false, catalog()};
    return kind;
}

}  // namespace plumb
