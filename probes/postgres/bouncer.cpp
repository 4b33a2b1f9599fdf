#include "probes/postgres/bouncer.hpp"

#include "base/text.hpp"
#include "probes/postgres/facts.hpp"

#include <algorithm>
#include <map>

namespace plumb::postgres {
namespace {

constexpr std::string_view kMark = "/bouncer";
constexpr std::string_view kConsole = "pgbouncer";

std::optional<std::string> setting(const Table& config, std::string_view key) {
    for (std::size_t row = 0; row < config.rows.size(); ++row) {
        if (config.cell("key", row) == key) return config.cell("value", row);
    }
    return std::nullopt;
}

std::optional<double> number_setting(const Table& config, std::string_view key) {
    Table one;
    one.columns = {"value"};
    one.rows = {{setting(config, key)}};
    return one.amount("value");
}

double sum(const Table& pools, std::size_t row, std::initializer_list<std::string_view> columns) {
    double total = 0;
    for (const auto column : columns)
        total += pools.amount(column, row).value_or(0);
    return total;
}

struct Totals {
    double clients = 0;
    double active = 0;
    double waiting = 0;
    double max_wait = 0;
    double busy_servers = 0;
    double idle_servers = 0;
    double fullest = 0;  // of the pool whose share in use is the largest
    double fullest_size = 0;
};

void add_pool(const Table& pools, std::size_t row, double size, Totals& totals) {
    totals.active += sum(pools, row, {"cl_active"});
    totals.waiting += sum(pools, row, {"cl_waiting"});
    totals.busy_servers += sum(pools, row, {"sv_active"});
    totals.idle_servers += sum(pools, row, {"sv_idle", "sv_used"});
    const double wait = sum(pools, row, {"maxwait"}) + sum(pools, row, {"maxwait_us"}) / 1e6;
    totals.max_wait = std::max(totals.max_wait, wait);
    const double busy = sum(pools, row, {"sv_active", "sv_tested", "sv_login"});
    const bool fuller = totals.fullest_size <= 0 || busy * totals.fullest_size > totals.fullest * size;
    if (size > 0 && fuller) {
        totals.fullest = busy;
        totals.fullest_size = size;
    }
}

std::map<std::string, double> pool_sizes(const Table& databases) {
    std::map<std::string, double> sizes;
    for (std::size_t row = 0; row < databases.rows.size(); ++row) {
        const auto name = databases.cell("name", row);
        const auto size = databases.amount("pool_size", row);
        if (name && size) sizes[*name] = *size;
    }
    return sizes;
}

// The console is a pool too, and its clients count towards max_client_conn.
Totals add_up(const Table& pools, const std::map<std::string, double>& sizes, double usual_size) {
    Totals totals;
    for (std::size_t row = 0; row < pools.rows.size(); ++row) {
        totals.clients += sum(pools, row, {"cl_active", "cl_waiting"});
        const auto database = pools.cell("database", row).value_or("");
        if (database == kConsole) continue;
        const auto size = sizes.find(database);
        add_pool(pools, row, size == sizes.end() ? usual_size : size->second, totals);
    }
    totals.clients = std::max(0.0, totals.clients - 1);
    return totals;
}

}  // namespace

bool is_console(std::string_view server_version) {
    return server_version.ends_with(kMark);
}

void read_console_version(std::string_view server_version, Outcome& outcome) {
    outcome.fact(facts::kFront, "pgbouncer");
    server_version.remove_suffix(kMark.size());
    outcome.fact(facts::kPoolerVersion, sanitize(server_version, 64));
}

void read_console(const Table& config, const Table& pools, const Table& databases, Outcome& outcome) {
    if (const auto mode = setting(config, "pool_mode")) outcome.fact(facts::kPoolMode, *mode);
    if (const auto size = setting(config, "default_pool_size")) outcome.fact(facts::kDefaultPoolSize, *size);
    if (const auto most = setting(config, "max_client_conn"))
        outcome.fact(facts::kMaxClientConnections, *most);
    if (pools.columns.empty()) return;
    const auto totals =
        add_up(pools, pool_sizes(databases), number_setting(config, "default_pool_size").value_or(0));
    outcome.gauge(gauges::kPoolerClients, totals.clients, number_setting(config, "max_client_conn"));
    outcome.gauge(gauges::kPoolerActiveClients, totals.active);
    outcome.gauge(gauges::kPoolerWaitingClients, totals.waiting);
    outcome.gauge(gauges::kPoolerMaxWait, totals.max_wait);
    outcome.gauge(gauges::kPoolerActiveServers, totals.busy_servers);
    outcome.gauge(gauges::kPoolerIdleServers, totals.idle_servers);
    if (totals.fullest_size > 0) outcome.gauge(gauges::kPoolerPool, totals.fullest, totals.fullest_size);
}

}  // namespace plumb::postgres
