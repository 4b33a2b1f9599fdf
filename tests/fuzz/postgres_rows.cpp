// probes/postgres: the tables in which a server, or PgBouncer's console, tells of itself. The input is lines
// "column=value", one row for every section; a line without '=' is NULL.
#include "probes/postgres/bouncer.hpp"
#include "probes/postgres/inspect.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>

namespace {

void require_good(const plumb::Outcome& outcome) {
    using namespace plumb;
    fuzz::require_good_facts(outcome);
    for (const auto& gauge : outcome.gauges) {
        fuzz::require(std::isfinite(gauge.value), "an amount is finite");
        fuzz::require(gauge.value >= 0, "an amount is not negative");
        fuzz::require(!gauge.limit || (std::isfinite(*gauge.limit) && *gauge.limit >= 0), "so is a limit");
    }
}

}  // namespace

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
    postgres::Server server;
    server.size_limit = 1e9;
    postgres::Refusals refusals;
    postgres::Inspection inspection(server, refusals);
    inspection.next(std::chrono::seconds(1));
    postgres::Reply reply;
    reply.tables.assign(8, table);
    Outcome outcome;
    fuzz::require(!inspection.take(reply, outcome), "what was answered is no failure");
    require_good(outcome);
    Outcome console;
    postgres::read_console(table, table, table, console);
    require_good(console);
    return 0;
}
