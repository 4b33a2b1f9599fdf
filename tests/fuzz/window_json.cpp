// model/window_json: a window as a line of a file.
#include "model/window_json.hpp"

#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    using fuzz::require;
    const auto window = parse_window(fuzz::Input(data, size).rest());
    if (!window) {
        fuzz::require_readable(window.error().message, 1024, "an error is bounded and readable");
        return 0;
    }
    require(check_bounds(*window).has_value(), "what is read keeps the bounds");
    const auto line = to_json_line(*window);
    const auto again = parse_window(line);
    require(again.has_value(), "what is printed can be read");
    require(to_json_line(*again) == line, "what is printed and read is the same");
    return 0;
}
