// model/labels: which tasks a comparison is about, as people and other machines name them.
#include "model/labels.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    const auto selector = parse_selector(fuzz::Input(data, size).rest());
    if (!selector) {
        fuzz::require_readable(selector.error().message, 1024, "an error is bounded and readable");
        return 0;
    }
    fuzz::require(!selector->pairs.empty(), "a selector selects");
    fuzz::require(selector->matches(selector->pairs), "a selector matches what it names");
    const auto again = parse_selector(selector->text());
    fuzz::require(again && again->pairs == selector->pairs, "a selector reads back");
    return 0;
}
