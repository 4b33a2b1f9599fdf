#include "probes/http/http.hpp"

#include "base/text.hpp"
#include "model/phase.hpp"
#include "probes/http/rate_limit.hpp"
#include "probes/http/request.hpp"
#include "probes/http/response.hpp"
#include "probes/http/settings.hpp"
#include "probes/http/status.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"
#include "probes/scrub.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

namespace plumb {

namespace {

using boost::asio::awaitable;
using http::Head;
using http::Response;
using http::Settings;

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

class HttpProbe final : public Probe {
  public:
    HttpProbe(Settings settings, std::optional<net::TlsSettings> tls, bool connect_only, Services& services)
        : settings_(std::move(settings)),
          credentials_(http::basic_credentials(settings_)),
          tls_(std::move(tls)),
          connect_only_(connect_only),
          services_(services) {}

    awaitable<void> run(Run& run) override {
        std::optional<net::Stream> stream =
            co_await net::dial(run, services_, settings_.host, settings_.port);
        if (!stream) co_return;
        if (tls_) {
            const bool upgraded = co_await net::start_tls(run, *stream, *tls_);
            if (!upgraded) co_return;
        }
        if (!connect_only_) {
            co_await exchange(run, *stream);
            net::note_kernel_facts(run.outcome, stream->descriptor());
        }
        stream->close();
    }

  private:
    awaitable<void> exchange(Run& run, net::Stream& stream) {
        run.begin(phase::send);
        const Secret request = http::request(settings_);
        const auto written = co_await stream.write(request.reveal(), run.deadline());
        if (!written) co_return run.fail(written.error().cause, written.error().detail);
        run.begin(phase::first_byte);
        Response response(settings_.head);
        bool judged = false;
        std::array<char, 16384> buffer;
        while (!response.done() && !response.enough()) {
            const auto count = co_await stream.read_some(buffer, run.deadline());
            if (!count) co_return run.fail(count.error().cause, words_of(count.error(), response));
            if (*count == 0) co_return end(run, response);
            const auto fed = response.feed(std::string_view(buffer.data(), *count));
            if (!fed) co_return fail_parsing(run, response, fed.error());
            if (!judged && response.head_done()) {
                judged = true;
                judge(run, response.head());
                if (run.failed()) co_return;
            }
            run.begin(phase::transfer);
        }
    }

    // "No answer" would be wrong when a part of it has come.
    static std::string words_of(const net::Failed& failed, const Response& response) {
        if (failed.cause != Cause::peer_timeout || response.fed() == 0) return failed.detail;
        return fmt::format("the {} was not complete within the time limit ({} bytes of the answer came)",
                           response.head_done() ? "body" : "header", response.fed());
    }

    void judge(Run& run, const Head& head) const {
        Outcome& outcome = run.outcome;
        outcome.fact("http.status", FactClass::must_match, std::to_string(head.status));
        outcome.fact("http.version", FactClass::must_match, head.version == 10 ? "1.0" : "1.1");
        add_peer_fact(outcome, "http.server", head.field("server"));
        if (head.status / 100 == 3)
            add_peer_fact(outcome, "http.location", location_shape(head.field("location")));
        http::describe_limits(head, outcome);
        if (http::is_expected(head.status, settings_.expected)) return;
        run.begin(phase::first_byte);  // the answer is what is wrong, not its transfer
        std::string words = fmt::format("{} {}", head.status, scrubbed(head.reason));
        if (!settings_.expected_text.empty()) words += fmt::format(", expected {}", settings_.expected_text);
        run.fail(http::cause_of_status(head.status), trim(words));
    }

    void add_peer_fact(Outcome& outcome, std::string_view name, std::string_view value) const {
        if (value.empty()) return;
        outcome.fact(name, FactClass::informational, sanitize(scrubbed(value), kMaxFactValue));
    }

    std::string scrubbed(std::string_view words) const {
        std::vector<std::string_view> secrets(settings_.secrets.begin(), settings_.secrets.end());
        secrets.push_back(credentials_.reveal());
        return scrub(words, secrets);
    }

    static void end(Run& run, Response& response) {
        const auto ended = response.end_of_stream();
        if (!ended) run.fail(ended.error().cause, ended.error().detail);
    }

    void fail_parsing(Run& run, const Response& response, const net::Failed& failed) const {
        std::string words = failed.detail;
        if (failed.cause == Cause::peer_garbage && settings_.quotable && !response.head_done()) {
            words += fmt::format("; it begins with \"{}\"", sanitize(response.opening(), 80));
        }
        run.fail(failed.cause, words);
    }

    Settings settings_;
    Secret credentials_;
    std::optional<net::TlsSettings> tls_;
    bool connect_only_;
    Services& services_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = http::settings_of(target.url, !target.connect_only);
    if (!settings) return settings.error();
    std::optional<net::TlsSettings> tls;
    if (settings->tls) {
        Url url = http::options_view(target.url);
        if (target.connect_only) url.query.clear();
        auto options = net::TlsOptions::from_url(url);
        if (!options) return options.error();
        options->alpn = {"http/1.1"};
        tls.emplace(std::move(*options));
    }
    return std::make_unique<HttpProbe>(std::move(*settings), std::move(tls), target.connect_only, services);
}

}  // namespace

const Kind& http_kind() {
    static const Kind kind{
        .name = "http",
        .schemes = {{"http", 80, false}, {"https", 443, true}},
        .options = {http::options().begin(), http::options().end()},
        .logs_in = false,
        .make = make,
        .options_in_fragment = true,
    };
    return kind;
}

}  // namespace plumb
