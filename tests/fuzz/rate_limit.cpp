// probes/http/rate_limit: header fields in which a server tells its quota. The input is lines "name: value".
#include "probes/http/rate_limit.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <cmath>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    using fuzz::require;
    fuzz::Input input(data, size);
    http::Head head;
    while (!input.empty()) {
        const auto line = input.take_until('\n');
        const auto colon = std::min(line.find(':'), line.size());
        head.fields.emplace(to_lower(line.substr(0, colon)), line.substr(std::min(colon + 1, line.size())));
    }
    constexpr std::time_t kNow = 1'800'000'000;
    if (const auto quota = http::quota(head, kNow)) {
        require(std::isfinite(quota->remaining) && quota->remaining >= 0, "what remains is not negative");
        require(!quota->limit || (std::isfinite(*quota->limit) && *quota->limit > 0),
                "a limit is above zero");
        require(!quota->limit || quota->remaining <= *quota->limit, "what remains lies within the limit");
        require(!quota->reset || (std::isfinite(*quota->reset) && *quota->reset >= 0),
                "a reset is finite and not negative");
    }
    if (const auto wait = http::retry_after_seconds(head, kNow)) {
        require(std::isfinite(*wait) && *wait >= 0, "a wait is finite and not negative");
    }
    Outcome outcome;
    http::describe_limits(head, kNow, outcome);
    require(outcome.gauges.size() <= 4, "there are four gauges");
    for (const auto& gauge : outcome.gauges)
        require(!gauge.limit || gauge.value <= *gauge.limit, "what is used lies within the limit");
    return 0;
}
