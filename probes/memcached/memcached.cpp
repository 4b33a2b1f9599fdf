#include "probes/memcached/memcached.hpp"

#include "probes/memcached/answer.hpp"
#include "probes/memcached/describe.hpp"
#include "probes/memcached/facts.hpp"
#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/goodbye.hpp"
#include "probes/net/stream.hpp"
#include "probes/net/tls.hpp"
#include "probes/peer_words.hpp"

#include <array>
#include <optional>

namespace plumb {

namespace {

using boost::asio::awaitable;
using memcached::LineReader;

// One whole line. peer.closed when the server ends before it is complete.
awaitable<net::IoResult<std::string>> read_line(net::Stream& stream, LineReader& reader,
                                                Clock::time_point deadline) {
    std::array<char, 4096> buffer;
    while (true) {
        auto line = reader.take();
        if (!line) co_return line.error();
        if (*line) co_return std::move(**line);
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count) co_return count.error();
        if (*count == 0) {
            net::Failed closed{Cause::peer_closed,
                               "the server closed the connection before its answer was complete"};
            co_return closed;
        }
        reader.feed(std::string_view(buffer.data(), *count));
    }
}

// What came instead of a whole line.
net::Failed without_end(Run& run, const LineReader& reader, net::Failed failed) {
    if (!reader.rest().empty()) run.peer_said(first_bytes(reader.rest()));
    return failed;
}

class MemcachedProbe final : public Probe {
  public:
    MemcachedProbe(const Url& url, std::optional<net::TlsSettings> tls, Services& services)
        : host_(url.host), port_(url.port), tls_(std::move(tls)), services_(services) {}

    awaitable<void> run(Run& run) override {
        std::optional<net::Stream> stream = co_await net::dial(run, services_, host_, port_);
        if (!stream) co_return;
        if (tls_) {
            const bool upgraded = co_await net::start_tls(run, *stream, *tls_);
            if (!upgraded) co_return;
        }
        const auto done = co_await converse(run, *stream);
        net::note_kernel_facts(run.outcome, stream->descriptor());
        if (!done) co_return run.fail(done.error().cause, explained(run, done.error()));
        run.finish();
        co_await net::say_goodbye(*stream, "quit\r\n", run.whole_deadline());
    }

  private:
    // To a server of the binary protocol, which SASL needs, our first words are the beginning of a header.
    static std::string explained(const Run& run, const net::Failed& failed) {
        const bool silent = run.current_phase() == phase::ping && failed.cause == Cause::peer_timeout;
        return failed.detail +
               (silent ? "; a memcached that speaks only the binary protocol (SASL) stays silent too" : "");
    }

    awaitable<net::IoResult<void>> converse(Run& run, net::Stream& stream) {
        LineReader reader;
        run.begin(phase::ping);
        run.we_said("version");
        const auto asked = co_await stream.write("version\r\n", run.deadline());
        if (!asked) co_return asked.error();
        const auto line = co_await read_line(stream, reader, run.deadline());
        if (!line) co_return without_end(run, reader, line.error());
        const auto version = memcached::parse_version(*line);
        run.peer_said(version ? *line : first_bytes(*line));
        if (!version) co_return version.error();
        run.outcome.fact(memcached::kVersion, *version);
        run.arrived(stream.received_at());
        if (!run.inspects()) co_return net::IoResult<void>();
        co_return co_await inspect(run, stream, reader);
    }

    awaitable<net::IoResult<void>> inspect(Run& run, net::Stream& stream, LineReader& reader) {
        run.begin(phase::inspect);
        run.we_said("stats");
        const auto asked = co_await stream.write("stats\r\n", run.deadline());
        if (!asked) co_return asked.error();
        memcached::Statistics statistics;
        std::size_t lines = 0;
        for (bool more = true; more;) {
            const auto line = co_await read_line(stream, reader, run.deadline());
            if (!line) co_return without_end(run, reader, line.error());
            ++lines;
            const auto added = statistics.add(*line);
            if (!added) {
                run.peer_said(*line);
                co_return added.error();
            }
            more = *added;
        }
        if (run.listens()) run.peer_said("STAT … END, " + std::to_string(lines) + " lines");
        memcached::describe(statistics, rates_, Clock::now(), run.outcome);
        run.arrived(stream.received_at());
        co_return net::IoResult<void>();
    }

    std::string host_;
    std::uint16_t port_;
    std::optional<net::TlsSettings> tls_;
    Services& services_;
    Rates rates_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    const Url& url = target.url;
    if (auto known = check_options(url, net::tls_option_list()); !known) return known.error();
    std::optional<net::TlsSettings> tls;
    if (url.scheme.starts_with("memcacheds")) {
        auto options = net::TlsOptions::from_url(url);
        if (!options) return options.error();
        tls.emplace(std::move(*options));
    }
    return std::unique_ptr<Probe>(std::make_unique<MemcachedProbe>(url, std::move(tls), services));
}

Catalog make_catalog() {
    Catalog all;
    all.add(net::dial_catalog()).add(net::tls_catalog()).add(net::exchange_catalog());
    const Catalog own{
        .phases = {{phase::ping, "version asked to its answer"}, {phase::inspect, "stats; not in every run"}},
        .causes = {},
        .facts = {memcached::kVersion},
        .gauges = {memcached::kConnections, memcached::kMemory, memcached::kEvictions,
                   memcached::kRejections},
    };
    return all.add(own);
}

}  // namespace

const Kind& memcached_kind() {
    static const Kind kind{
        .name = "memcached",
        .schemes = {{"memcached", 11211, false}, {"memcache", 11211, false}, {"memcacheds", 11211, true}},
        .options = {net::tls_option_list().begin(), net::tls_option_list().end()},
        .make = make,
        .catalog = make_catalog(),
    };
    return kind;
}

}  // namespace plumb
