// probes/postgres/inspect: the tables in which a server tells its settings and its activity. The input is
// lines "column=value" for both; a line without '=' is NULL.
#include "probes/postgres/inspect.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace plumb;
    fuzz::Input input(data, size);
    postgres::Table table;
    table.rows.emplace_back();
    while (!input.empty()) {
        const auto line = input.take_until('\n');
        const auto equals = line.find('=');
        table.columns.emplace_back(line.substr(0, equals));
        auto& cell = table.rows.front().emplace_back();
        if (equals != std::string_view::npos) cell = std::string(line.substr(equals + 1));
    }
    Outcome outcome;
    postgres::read_settings(table, outcome);
    postgres::read_activity(table, table, outcome);
    fuzz::require_good_facts(outcome);
    for (const auto& gauge : outcome.gauges) {
        fuzz::require(std::isfinite(gauge.value), "an amount is finite");
        fuzz::require(gauge.value >= 0, "an amount is not negative");
        fuzz::require(!gauge.limit || (std::isfinite(*gauge.limit) && *gauge.limit >= 0), "so is a limit");
    }
    return 0;
}
