#include "tests/bench/measure.hpp"
#include "tests/bench/probes/bench.hpp"
#include "tests/bench/probes/runner.hpp"
#include "tests/bench/probes/servers.hpp"
#include "tests/link/capture.hpp"
#include "tests/link/link.hpp"
#include "tests/link/packet.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

using std::chrono::nanoseconds;

// A packet of one run, as the capture at our end of the link saw it.
struct Seen {
    nanoseconds time{};
    bool outgoing = false;
    link::Packet packet;

    bool carries() const { return packet.payload > 0; }
};
using Flow = std::vector<Seen>;  // of one run, in order

// The packets of a server's port, run by run: the runs of a target follow one another, each from a port of
// its own.
std::vector<Flow> flows_to(std::uint16_t port, const std::vector<link::Captured>& captured) {
    std::vector<Flow> flows;
    std::vector<std::uint16_t> own_ports;
    for (const auto& each : captured) {
        const auto packet = link::parse_packet(each.bytes());
        if (!packet) continue;
        if ((each.outgoing ? packet->destination_port : packet->source_port) != port) continue;
        const auto own = each.outgoing ? packet->source_port : packet->destination_port;
        const bool opens = each.outgoing && (packet->tcp ? packet->syn : true);
        if (opens) {
            flows.emplace_back();
            own_ports.push_back(own);
        }
        // The end of an earlier connection may come while the next is under way.
        for (std::size_t i = flows.size(); i-- > 0;) {
            if (own_ports[i] != own) continue;
            flows[i].push_back({each.time, each.outgoing, *packet});
            break;
        }
    }
    return flows;
}

using Pick = std::function<bool(const Seen&)>;

nanoseconds first(const Flow& flow, const Pick& pick) {
    const auto at = std::find_if(flow.begin(), flow.end(), pick);
    if (at == flow.end()) throw std::runtime_error("a packet that the run needs is missing from the capture");
    return at->time;
}

bool says(const Seen& seen) {
    return seen.outgoing && seen.carries();
}

bool hears(const Seen& seen) {
    return !seen.outgoing && seen.carries();
}

// SYN to SYN-ACK.
nanoseconds connect_of(const Flow& flow) {
    return first(flow, [](const Seen& s) { return !s.outgoing && s.packet.syn && s.packet.ack; }) -
           first(flow, [](const Seen& s) { return s.outgoing && s.packet.syn; });
}

// The first word said to the first word heard: a question and its answer, a request and its first byte.
nanoseconds answer_of(const Flow& flow) {
    return first(flow, hears) - first(flow, says);
}

// ClientHello to our Finished, which is the first that we say after the server's flight.
nanoseconds handshake_of(const Flow& flow) {
    const auto heard = first(flow, hears);
    return first(flow, [heard](const Seen& s) { return says(s) && s.time > heard; }) - first(flow, says);
}

struct Measured {
    std::string name;
    std::string_view phase;
    std::size_t target;
    nanoseconds (*on_the_wire)(const Flow&);
};

constexpr std::size_t kTcp = 0, kDns = 1, kHttp = 2, kTls = 3;

std::vector<Measured> what_is_measured() {
    return {
        {"connect", phase::connect, kTcp, connect_of},
        {"dns", phase::resolve, kDns, answer_of},
        {"first_byte", phase::first_byte, kHttp, answer_of},
        {"handshake", phase::handshake, kTls, handshake_of},
    };
}

nanoseconds duration_of(const Outcome& outcome, std::string_view phase) {
    for (const auto& each : outcome.phases) {
        if (each.name == phase) return each.duration;
    }
    throw std::runtime_error(outcome.target + " has no phase " + std::string(phase));
}

struct Errors {
    std::vector<double> micros;
    std::size_t suspect = 0;
};

// Suspect runs are left out, as they are out of every comparison of latencies.
Errors compare(const Measured& what, const std::vector<Finished>& runs, const std::vector<Flow>& flows) {
    if (flows.size() != runs.size()) {
        throw std::runtime_error(
            fmt::format("{}: {} runs, but {} on the wire", what.name, runs.size(), flows.size()));
    }
    Errors errors;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto& outcome = runs[i].outcome;
        if (!outcome.ok()) throw std::runtime_error(outcome.target + ": " + outcome.failure->detail);
        if (outcome.suspect) {
            ++errors.suspect;
            continue;
        }
        const auto error = duration_of(outcome, what.phase) - what.on_the_wire(flows[i]);
        errors.micros.push_back(std::abs(micros(error)));
    }
    return errors;
}

void add_figures(Report& report, const Measured& what, std::chrono::milliseconds delay,
                 const Errors& errors) {
    Figure figure;
    figure.unit = "us";
    figure.name = fmt::format("wire.{}/{}ms/median", what.name, delay.count());
    figure.what = fmt::format("{} against the wire, {} ms each way: error, median", what.name, delay.count());
    figure.ours = median(errors.micros);
    figure.limit = 100;
    report.figures.push_back(figure);
    figure.name = fmt::format("wire.{}/{}ms/p99", what.name, delay.count());
    figure.what = fmt::format("  p99 ({} runs, {} more were suspect)", errors.micros.size(), errors.suspect);
    figure.ours = quantile(errors.micros, 0.99);
    figure.limit = 1000;
    report.figures.push_back(figure);
}

std::uint16_t port_of(const Servers& servers, std::size_t target) {
    if (target == kDns) return servers.dns_port();
    return target == kTls ? servers.tls_port() : servers.http_port();
}

void measure_delay(std::chrono::milliseconds delay, int runs, Report& report) {
    link::LinkSpec spec;
    spec.delay = delay;
    const link::Link link(spec);
    const auto servers = [&link] {
        const link::Inside far(link.far_side());
        return std::make_unique<Servers>(link::Link::kFarAddress);
    }();
    link::Capture capture(link::Link::kNearInterface);
    Runner runner;
    std::vector<std::unique_ptr<Prepared>> targets;
    for (const auto& url : {servers->tcp_url(), servers->dns_url(), servers->http_url(), servers->tls_url()})
        targets.push_back(runner.prepare(url, std::chrono::seconds(5)));
    for (const auto& what : what_is_measured()) {
        std::vector<std::unique_ptr<Prepared>> one;
        one.push_back(std::move(targets[what.target]));
        const auto finished = runner.run_together(one, runs);
        const auto flows =
            flows_to(port_of(*servers, what.target), capture.take(4 * delay + std::chrono::milliseconds(50)));
        if (capture.missed() != 0) throw std::runtime_error("the capture is not complete");
        add_figures(report, what, delay, compare(what, finished.at(0), flows));
    }
}

}  // namespace

void measure_wire(const Options& options, Report& report) {
    const int runs = options.shortened ? 10 : 300;
    for (const std::chrono::milliseconds delay :
         {std::chrono::milliseconds(5), std::chrono::milliseconds(20)})
        measure_delay(delay, runs, report);
}

}  // namespace plumb::bench
