// probes/redis/info: what a server says of itself.
#include "probes/redis/info.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <cmath>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    const auto info = redis::Info::parse(fuzz::Input(data, size).rest());
    Outcome outcome;
    redis::describe(info, outcome);
    fuzz::require_good_facts(outcome);
    for (const auto& gauge : outcome.gauges) {
        fuzz::require(std::isfinite(gauge.value) && gauge.value >= 0, "an amount is finite and not negative");
        fuzz::require(!gauge.limit || std::isfinite(*gauge.limit), "a limit is finite");
    }
    return 0;
}
