// probes/redis/info and describe: what a server and a cluster say of themselves.
#include "probes/redis/describe.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    const auto info = redis::Info::parse(fuzz::Input(data, size).rest());
    fuzz::require(info.replicas().size() <= redis::kMaxReplicas, "as many replicas are kept as are allowed");
    Outcome outcome;
    Rates rates;
    const Clock::time_point start{};
    redis::describe(info, rates, start, outcome);
    redis::describe(info, rates, start + std::chrono::seconds(1), outcome);  // now with rates
    redis::describe_cluster(info, outcome);
    redis::cluster_complaint(info);
    fuzz::require_good_facts(outcome);
    for (const auto& gauge : outcome.gauges) {
        fuzz::require(std::isfinite(gauge.value) && gauge.value >= 0, "an amount is finite and not negative");
        fuzz::require(!gauge.limit || std::isfinite(*gauge.limit), "a limit is finite");
    }
    return 0;
}
