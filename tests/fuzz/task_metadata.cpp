// agent/identity: what the ECS metadata endpoint answers.
#include "agent/identity.hpp"
#include "model/labels.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    const auto identity = agent::parse_task_metadata(fuzz::Input(data, size).rest());
    fuzz::require(identity.labels.size() <= kMaxLabels, "there are not too many labels");
    for (const auto& [name, value] : identity.labels)
        fuzz::require_readable(value, kMaxLabelBytes, "a label is bounded and readable");
    for (const auto& [name, value] : identity.facts)
        fuzz::require_readable(value, kMaxLabelBytes, "a fact is bounded and readable");
    return 0;
}
