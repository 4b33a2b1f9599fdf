#include "tests/bench/measure.hpp"
#include "tests/bench/probes/bench.hpp"
#include "tests/bench/probes/runner.hpp"
#include "tests/link/link.hpp"
#include "tests/support/sockets.hpp"

#include <algorithm>
#include <poll.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

// Connections are established by the kernel and nobody ever accepts them: the peer of a TLS, HTTP, PostgreSQL
// or Redis client that never hears a word.
class StalledListener {
  public:
    StalledListener() : listener_(test::listen_on_loopback(4096)) {}
    std::uint16_t port() const { return test::local_port(listener_.get()); }

    // Makes room for the next round.
    void forget() const {
        pollfd waiting{listener_.get(), POLLIN, 0};
        while (::poll(&waiting, 1, 0) == 1)
            test::Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset();
    }

  private:
    test::Descriptor listener_;
};

struct Kind {
    std::string name;
    std::string url;
};

std::vector<Kind> black_holes(const StalledListener& stalled) {
    const auto port = stalled.port();
    return {
        {"tcp", fmt::format("tcp://{}:80", link::Link::kNobody)},
        {"dns", fmt::format("dns://service.bench.test?server={}:53", link::Link::kNobody)},
        {"tls", fmt::format("tls://127.0.0.1:{}?insecure=1", port)},
        {"http", fmt::format("http://127.0.0.1:{}/", port)},
        {"postgres", fmt::format("postgres://app@127.0.0.1:{}/app?sslmode=disable", port)},
        {"redis", fmt::format("redis://127.0.0.1:{}/0", port)},
    };
}

// A socket for each target at once, on both ends.
void allow_descriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Plan {
    std::size_t targets;
    int rounds;
    std::chrono::milliseconds timeout;
};

struct Lateness {
    std::vector<double> milliseconds;  // one entry a run
    std::vector<double> resident;      // MiB, after each round
};

Lateness measure_kind(const Plan& plan, const Kind& kind, const StalledListener& stalled) {
    Runner runner;
    std::vector<std::unique_ptr<Prepared>> targets;
    for (std::size_t i = 0; i < plan.targets; ++i)
        targets.push_back(runner.prepare(kind.url, plan.timeout));
    Lateness lateness;
    for (int round = 0; round < plan.rounds; ++round) {
        for (const auto& finished : runner.run_together(targets, 1)) {
            const auto& [outcome, over] = finished.at(0);
            if (outcome.ok() || over < -plan.timeout / 2) {
                throw std::runtime_error(kind.name + " was to be swallowed, and was not: " +
                                         (outcome.ok() ? "ok" : outcome.failure->detail));
            }
            lateness.milliseconds.push_back(millis(over));
        }
        stalled.forget();
        lateness.resident.push_back(own_resident().now / kMiB);
    }
    return lateness;
}

void add_figures(Report& report, const Plan& plan, const Kind& kind, const Lateness& lateness) {
    Figure figure;
    figure.unit = "ms";
    figure.name = "deadline." + kind.name + "/p99";
    figure.what =
        fmt::format("{} {} runs at once into nothing: end after deadline, p99", plan.targets, kind.name);
    figure.ours = quantile(lateness.milliseconds, 0.99);
    figure.limit = 10;
    report.figures.push_back(figure);
    figure.limit.reset();
    figure.name = "deadline." + kind.name + "/max";
    figure.what = "  the latest of them";
    figure.ours = quantile(lateness.milliseconds, 1);
    report.figures.push_back(figure);
}

// The first round fills pools that stay; what the last adds to the second is growth.
void add_growth(Report& report, const std::vector<double>& growths) {
    Figure figure;
    figure.name = "deadline.memory_growth";
    figure.what = "memory that further rounds of them add, the worst kind";
    figure.unit = "MiB";
    figure.ours = std::max(0.0, quantile(growths, 1));
    figure.limit = 0.5;
    report.figures.push_back(figure);
}

}  // namespace

void measure_deadlines(const Options& options, Report& report) {
    const Plan plan = options.shortened ? Plan{100, 2, std::chrono::milliseconds(300)}
                                        : Plan{1000, 6, std::chrono::milliseconds(1000)};
    allow_descriptors();
    link::LinkSpec swallowing;
    swallowing.loss = 1;
    const link::Link link(swallowing);
    const StalledListener stalled;
    const Undisturbed undisturbed;
    report.notes.emplace_back(
        undisturbed.held() ? "deadlines: at real-time priority, so not disturbed by the machine's other work"
                           : "deadlines: at ordinary priority, so late by the machine's other work too");
    std::vector<double> growths;
    for (const auto& kind : black_holes(stalled)) {
        const auto lateness = measure_kind(plan, kind, stalled);
        add_figures(report, plan, kind, lateness);
        growths.push_back(lateness.resident.back() - lateness.resident.at(1));
    }
    add_growth(report, growths);
}

}  // namespace plumb::bench
