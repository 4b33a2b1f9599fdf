// probes/memcached/answer and describe: lines from anybody. What is read does not depend on how the network
// cut it.
#include "probes/memcached/answer.hpp"
#include "probes/memcached/describe.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>
#include <optional>
#include <vector>

namespace {

using namespace plumb;
using fuzz::require;

struct Read {
    std::vector<std::string> lines;
    std::optional<Cause> failed;
};

bool feed(memcached::LineReader& reader, std::string_view piece, Read& read) {
    reader.feed(piece);
    while (true) {
        auto line = reader.take();
        if (!line) read.failed = line.error().cause;
        if (!line) return false;
        if (!*line) return true;
        require((*line)->size() <= memcached::kMaxLine, "a line is as long as is allowed");
        read.lines.push_back(std::move(**line));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const unsigned seed = input.byte();
    const auto bytes = input.rest();

    Read whole;
    memcached::LineReader at_once;
    feed(at_once, bytes, whole);
    Read cut;
    memcached::LineReader piecewise;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) { return feed(piecewise, piece, cut); });
    require(whole.lines == cut.lines && whole.failed == cut.failed,
            "what is read does not depend on the cuts");

    memcached::Statistics statistics;
    for (const auto& line : whole.lines) {
        memcached::parse_version(line);
        const auto more = statistics.add(line);
        if (more && !*more) break;
    }
    Outcome outcome;
    Rates rates;
    const Clock::time_point start{};
    memcached::describe(statistics, rates, start, outcome);
    memcached::describe(statistics, rates, start + std::chrono::seconds(1), outcome);
    for (const auto& gauge : outcome.gauges)
        require(std::isfinite(gauge.value) && gauge.value >= 0, "an amount is finite and not negative");
    return 0;
}
