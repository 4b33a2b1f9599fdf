#include "tests/bench/interrupt.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/probes/bare.hpp"
#include "tests/bench/probes/bench.hpp"
#include "tests/bench/probes/exporter.hpp"
#include "tests/bench/probes/runner.hpp"
#include "tests/bench/probes/servers.hpp"

#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

constexpr std::chrono::seconds kTimeout{5};

// One kind, and how much of what the others spend it may spend.
struct Kind {
    std::string name;
    std::string url;
    std::function<void()> bare;  // empty: no bare counterpart
    std::string bare_name;
    double exporter_limit = 0;
    std::optional<double> bare_limit;
};

struct Samples {
    std::vector<double> ours, exporter, bare;  // microseconds a run, one entry a round
};

double each(std::chrono::nanoseconds spent, int runs) {
    return micros(spent) / runs;
}

template <class Work>
double own_cost(int runs, const Work& work) {
    const auto before = own_cpu();
    work();
    return each(own_cpu() - before, runs);
}

// The sides take turns within a round, so that a busy machine or a slow clock disturbs all of them alike.
void measure_round(const Kind& kind, int runs, Runner& runner, Prepared& target, Exporter* exporter,
                   Samples& samples) {
    samples.ours.push_back(own_cost(runs, [&] { runner.run(target, runs); }));
    if (exporter != nullptr) {
        const auto before = exporter->cpu();
        exporter->scrape(kind.name, runs);
        samples.exporter.push_back(each(exporter->cpu() - before, runs));
    }
    if (!kind.bare) return;
    samples.bare.push_back(own_cost(runs, [&] {
        for (int i = 0; i < runs; ++i)
            kind.bare();
    }));
    leave_if_interrupted();
}

std::vector<double> ratios(const std::vector<double>& ours, const std::vector<double>& theirs) {
    std::vector<double> all;
    for (std::size_t i = 0; i < ours.size(); ++i)
        all.push_back(ours[i] / theirs[i]);
    return all;
}

void add_figure(Report& report, const Kind& kind, const std::string& side, const std::string& whom,
                const Samples& samples, const std::vector<double>& theirs, std::optional<double> limit) {
    if (theirs.empty()) return;
    Figure figure;
    figure.name = fmt::format("cpu.{}/{}", kind.name, side);
    figure.what = fmt::format("CPU for a run, {}, beside {}", kind.name, whom);
    figure.unit = "us";
    figure.ours = median(samples.ours);
    figure.theirs = median(theirs);
    figure.ratio = median(ratios(samples.ours, theirs));
    figure.limit = limit;
    report.figures.push_back(std::move(figure));
}

}  // namespace

void measure_cost(const Options& options, Report& report) {
    const int rounds = options.shortened ? 2 : 11;
    const int runs = options.shortened ? 20 : 300;
    const Servers servers;
    std::optional<Exporter> exporter;
    if (exporter_is_installed()) {
        exporter.emplace(servers);
    } else {
        report.skipped.push_back(
            {"cpu beside blackbox_exporter", "prometheus-blackbox-exporter is not installed"});
    }
    const BareTcp bare_tcp(servers.address(), servers.http_port());
    const BareTls bare_tls(servers.address(), servers.tls_port(), servers.ca_file());
    const std::array kinds{
        Kind{"tcp", servers.tcp_url(), [&] { bare_tcp.run(); }, "bare system calls", 0.25, 2.0},
        Kind{"dns", servers.dns_url(), {}, {}, 0.25, {}},
        Kind{"http", servers.http_url(), {}, {}, 0.25, {}},
        Kind{"tls", servers.tls_url(), [&] { bare_tls.run(); }, "a bare OpenSSL handshake", 0.8, 1.25},
    };
    Runner runner;
    for (const auto& kind : kinds) {
        const auto target = runner.prepare(kind.url, kTimeout);
        Samples warm_up, samples;
        auto* const beside = exporter ? &*exporter : nullptr;
        measure_round(kind, runs / 4, runner, *target, beside, warm_up);
        for (int i = 0; i < rounds; ++i)
            measure_round(kind, runs, runner, *target, beside, samples);
        add_figure(report, kind, "exporter", "blackbox_exporter", samples, samples.exporter,
                   kind.exporter_limit);
        add_figure(report, kind, "bare", kind.bare_name, samples, samples.bare, kind.bare_limit);
    }
}

}  // namespace plumb::bench
