// model/window_json: a window as a line of a file.
#include "model/window_json.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <cmath>

namespace {

using namespace plumb;
using fuzz::require;

// Boost.JSON 1.81 reads a double to the last bit but one.
bool near(double a, double b) {
    return a == b || std::abs(a - b) <= 1e-14 * std::abs(a);
}

bool alike(const WindowGauge& a, const WindowGauge& b) {
    return a.name == b.name && near(a.min, b.min) && near(a.max, b.max) && near(a.last, b.last) &&
           a.limit.has_value() == b.limit.has_value() && near(a.limit.value_or(0), b.limit.value_or(0)) &&
           a.refuses_at_limit == b.refuses_at_limit;
}

void require_same(Window a, Window b) {
    require(a.dependencies.size() == b.dependencies.size(), "as many dependencies are printed as were read");
    for (std::size_t i = 0; i < a.dependencies.size(); ++i) {
        auto& one = a.dependencies[i].gauges;
        auto& other = b.dependencies[i].gauges;
        require(std::equal(one.begin(), one.end(), other.begin(), other.end(), alike), "a gauge reads back");
        one.clear();
        other.clear();
    }
    require(to_json_line(a) == to_json_line(b), "what is printed and read is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto window = parse_window(fuzz::Input(data, size).rest());
    if (!window) {
        fuzz::require_readable(window.error().message, 1024, "an error is bounded and readable");
        return 0;
    }
    require(check_bounds(*window).has_value(), "what is read keeps the bounds");
    const auto again = parse_window(to_json_line(*window));
    require(again.has_value(), "what is printed can be read");
    require_same(*window, *again);
    return 0;
}
