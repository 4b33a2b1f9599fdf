#include "tests/bench/judge/fleet.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <random>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Random = std::mt19937_64;

constexpr std::chrono::seconds kLength{30};
constexpr std::uint64_t kRuns = 6;  // a run every five seconds
constexpr std::array kPhases{"resolve", "connect", "handshake", "query"};

Sketch around(double ms, Random& random) {
    std::normal_distribution<double> noise(0, 0.2);
    Sketch sketch;
    for (std::uint64_t run = 0; run < kRuns; ++run)
        sketch.add(std::chrono::nanoseconds(std::llround(ms * 1e6 * std::exp(noise(random)))));
    return sketch;
}

WindowDependency dependency(int number, int window, double slower, Random& random) {
    WindowDependency out;
    out.dependency = fmt::format("dependency-{:02}", number);
    out.kind = "postgres";
    out.runs = out.succeeded = kRuns;
    double ms = 0.5;
    for (const char* phase : kPhases) {
        out.phases.push_back({phase, layer_of_phase(phase), kRuns, around(ms * slower, random)});
        ms *= 2;
    }
    out.rtt = around(0.4, random);
    out.addresses.push_back({fmt::format("10.0.{}.{}:5432", number, number), kRuns, 0});
    for (const char* name :
         {"tls.version", "tls.issuer", "dns.scope", "server.version", "server.timezone", "server.role"})
        out.facts.push_back({name, FactClass::must_match, "the same on both sides", kRuns});
    const double used = 40 + number + window % 3;
    out.gauges.push_back({"postgres.connections", used, used + 1, used, 100.0, true});
    out.gauges.push_back({"postgres.connections.active", 4, 9, 5, std::nullopt, false});
    out.gauges.push_back({"postgres.connections.idle", 30, 35, 33, std::nullopt, false});
    out.gauges.push_back({"postgres.wraparound", 1e8, 1e8, 1e8, 2e9, true});
    return out;
}

Window window_of(const std::string& environment, int task, int number, const Size& size, double slower,
                 Random& random) {
    Window window;
    window.agent = fmt::format("{}-agent-{}", environment, task);
    window.sequence = static_cast<std::uint64_t>(number) + 1;
    window.length = kLength;
    window.task_age = std::chrono::hours(1) + number * kLength;
    window.labels = {{"environment", environment},
                     {"service", "checkout"},
                     {"task", fmt::format("{}-{}", environment, task)},
                     {"zone", fmt::format("az{}", task % 3)},
                     {"host", fmt::format("host-{}", task / 8)},
                     {"image", "sha256:0123456789abcdef"},
                     {"revision", "7"}};
    for (int each = 0; each < size.dependencies; ++each)
        window.dependencies.push_back(dependency(each, number, slower, random));
    return window;
}

}  // namespace

judge::Time end_of_range() {
    return judge::Time(std::chrono::hours(500'000));
}

judge::Cohort fleet(const std::string& environment, const Size& size, std::chrono::nanoseconds& build) {
    Random random(environment.size());
    std::normal_distribution<double> differs(0, 0.06);
    judge::CohortBuilder builder(environment);
    build = {};
    for (int task = 0; task < size.tasks; ++task) {
        const double slower = std::exp(differs(random));
        for (int number = 0; number < size.windows; ++number) {
            const Window window = window_of(environment, task, number, size, slower, random);
            const auto start = Clock::now();
            builder.add(window, end_of_range() - (size.windows - 1 - number) * kLength);
            build += Clock::now() - start;
        }
    }
    const auto start = Clock::now();
    judge::Cohort cohort = std::move(builder).build();
    build += Clock::now() - start;
    return cohort;
}

}  // namespace plumb::bench
