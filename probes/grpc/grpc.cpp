#include "probes/grpc/grpc.hpp"

#include "model/phase.hpp"
#include "probes/grpc/facts.hpp"
#include "probes/grpc/health.hpp"
#include "probes/grpc/session.hpp"
#include "probes/grpc/settings.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/goodbye.hpp"
#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"

#include <array>
#include <optional>

namespace plumb {

namespace {

using boost::asio::awaitable;
using grpc_health::Session;
using grpc_health::Settings;

class GrpcProbe final : public Probe {
  public:
    GrpcProbe(Settings settings, std::optional<net::TlsSettings> tls, bool connect_only, Services& services)
        : settings_(std::move(settings)),
          tls_(std::move(tls)),
          connect_only_(connect_only),
          services_(services) {}

    awaitable<void> run(Run& run) override {
        std::optional<net::Stream> stream =
            co_await net::dial(run, services_, settings_.host, settings_.port);
        if (!stream) co_return;
        if (tls_) {
            const bool upgraded = co_await net::start_tls(run, *stream, *tls_);
            if (!upgraded || !agreed_on_h2(run)) co_return;
        }
        if (!connect_only_) co_await speak(run, *stream);
        stream->close();
    }

  private:
    static bool agreed_on_h2(Run& run) {
        const Fact* alpn = run.outcome.find_fact(net::facts::kTlsAlpn.name);
        if (alpn != nullptr && alpn->value == "h2") return true;
        run.fail(Cause::peer_unexpected,
                 "the server did not agree on h2 by ALPN, which clients of gRPC insist on");
        return false;
    }

    awaitable<void> speak(Run& run, net::Stream& stream) const {
        Session session(settings_);
        const bool in_step = co_await converse(run, stream, session);
        net::note_kernel_facts(run.outcome, stream.descriptor());
        if (!in_step) co_return;
        judge(run, session.answer());
        run.finish();
        session.goodbye();
        const Secret last(session.take_output());
        co_await net::say_goodbye(stream, last.reveal(), run.whole_deadline());
    }

    // To the end of the call. False: the run has failed, and the connection is good for nothing.
    awaitable<bool> converse(Run& run, net::Stream& stream, Session& session) const {
        run.begin(phase::send);
        run.we_said("HTTP/2 SETTINGS");
        bool going = co_await flush(run, stream, session);
        while (going && !session.ready())
            going = co_await hear(run, stream, session);
        if (!going) co_return false;
        run.peer_said("HTTP/2 SETTINGS");
        say_call(run);
        session.start(run.whole_deadline() - Clock::now());
        going = co_await flush(run, stream, session);
        if (!going) co_return false;
        run.begin(phase::first_byte);
        while (going && !session.answered() && !session.done())
            going = co_await hear(run, stream, session);
        if (!going) co_return false;
        if (run.listens()) run.peer_said("HEADERS, :status " + std::to_string(session.answer().http_status));
        run.begin(phase::transfer);
        while (going && !session.done())
            going = co_await hear(run, stream, session);
        co_return going;
    }

    // Of metadata only the names: their values are this target's own and may be secret.
    void say_call(Run& run) const {
        if (!run.listens()) return;
        std::string words = "POST " + std::string(grpc_health::kPath) + ", :authority " + settings_.authority;
        for (const auto& each : settings_.metadata)
            words += ", " + each.name + " ***";
        run.we_said(words);
        run.we_said("HealthCheckRequest, service \"" + settings_.service + '"');
    }

    void say_verdict(Run& run, const grpc_health::Verdict& verdict, const grpc_health::Answer& answer) const {
        if (!run.listens()) return;
        if (!verdict.health.empty()) run.peer_said("HealthCheckResponse, " + std::string(verdict.health));
        std::string words = "grpc-status " + std::string(verdict.status);
        if (!answer.message.empty()) words += ": " + settings_.scrubbed(answer.message);
        if (!verdict.status.empty()) run.peer_said(words);
        if (!answer.farewell.empty()) run.peer_said(settings_.scrubbed(answer.farewell));
    }

    awaitable<bool> flush(Run& run, net::Stream& stream, Session& session) const {
        const Secret output(session.take_output());
        const auto written = co_await stream.write(output.reveal(), run.deadline());
        if (!written) fail(run, written.error());
        co_return written.has_value();
    }

    // Reads once, and answers what wants an answer (SETTINGS, PING).
    awaitable<bool> hear(Run& run, net::Stream& stream, Session& session) const {
        std::array<char, 4096> buffer;
        const auto count = co_await stream.read_some(buffer, run.deadline());
        if (!count) {
            fail(run, count.error());
            co_return false;
        }
        if (*count == 0) {
            fail(run, {Cause::peer_closed, ended(session)});
            co_return false;
        }
        const auto fed = session.feed(std::string_view(buffer.data(), *count));
        if (!fed) {
            fail(run, fed.error());
            co_return false;
        }
        const bool flushed = co_await flush(run, stream, session);
        run.arrived(stream.received_at());
        if (flushed && session.broken() && !session.done()) {
            fail(run, {Cause::peer_garbage, "the server broke the rules of HTTP/2"});
            co_return false;
        }
        co_return flushed;
    }

    static std::string ended(const Session& session) {
        const auto& farewell = session.answer().farewell;
        return "the server closed the connection before its answer" +
               (farewell.empty() ? "" : "; " + farewell);
    }

    void judge(Run& run, const grpc_health::Answer& answer) const {
        Outcome& outcome = run.outcome;
        const auto verdict = grpc_health::judge(answer, settings_.service);
        say_verdict(run, verdict, answer);
        if (!answer.server.empty()) outcome.fact(grpc_health::kServer, settings_.scrubbed(answer.server));
        if (!verdict.status.empty()) outcome.fact(grpc_health::kStatus, verdict.status);
        if (!verdict.health.empty()) outcome.fact(grpc_health::kHealth, verdict.health);
        if (!verdict.bad) return;
        run.begin(phase::first_byte);  // the answer is what is wrong, not its transfer
        fail(run, *verdict.bad);
    }

    void fail(Run& run, const net::Failed& failed) const {
        run.fail(failed.cause, settings_.scrubbed(failed.detail));
    }

    Settings settings_;
    std::optional<net::TlsSettings> tls_;
    bool connect_only_;
    Services& services_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = grpc_health::settings_of(target.url);
    if (!settings) return settings.error();
    auto options = net::TlsOptions::from_url(target.url);
    if (!options) return options.error();
    std::optional<net::TlsSettings> tls;
    options->alpn = {"h2"};
    if (settings->tls) tls.emplace(*std::move(options));
    return std::make_unique<GrpcProbe>(*std::move(settings), std::move(tls), target.connect_only, services);
}

Catalog grpc_catalog() {
    const Catalog own{
        .phases = {{phase::send, "HTTP/2 set up by both sides, and the call written"},
                   {phase::first_byte, "the call written to the header of its answer"},
                   {phase::transfer, "the header of the answer to the end of the call"}},
        .causes = {Cause::grpc_not_serving, Cause::grpc_unknown_service, Cause::grpc_unimplemented,
                   Cause::grpc_unauthenticated, Cause::grpc_permission_denied, Cause::grpc_unavailable,
                   Cause::grpc_resource_exhausted, Cause::grpc_deadline_exceeded, Cause::grpc_error},
        .facts = {grpc_health::kHealth, grpc_health::kStatus, grpc_health::kServer},
        .gauges = {},
    };
    Catalog catalog = net::dial_catalog();
    return catalog.add(net::tls_catalog()).add(own).add(net::exchange_catalog());
}

}  // namespace

const Kind& grpc_kind() {
    static const Kind kind{
        .name = "grpc",
        .schemes = {{"grpc", 50051, false}, {"grpcs", 443, true}},
        .options = grpc_health::options(),
        .logs_in = false,
        .make = make,
        .catalog = grpc_catalog(),
        .sends_requests = true,
    };
    return kind;
}

}  // namespace plumb
