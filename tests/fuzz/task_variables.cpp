// probes/task/variables: any environment, and what is told of it: no value, and nothing that cannot be shown.
#include "probes/task/variables/variables.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace plumb;
using namespace plumb::task;

namespace {

// Words that we say ourselves are no leak when a value is one of them.
bool is_telling(std::string_view value) {
    return value.size() >= 24 && value.find(' ') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto variables = parse_environ(fuzz::Input(data, size).rest());
    VariableSettings settings;
    settings.key = Secret("0123456789abcdef");
    settings.required = {"NEEDED", "A*"};
    settings.must_match = {"B*"};
    Outcome outcome;
    describe_variables(variables, settings, {"123456789012", "eu-west-1"}, outcome);
    fuzz::require_good_facts(outcome);
    for (const auto& variable : variables) {
        if (!is_telling(variable.value.reveal())) continue;
        for (const auto& fact : outcome.facts)
            fuzz::require(fact.value.find(variable.value.reveal()) == std::string::npos, "no value is told");
    }
    return 0;
}
