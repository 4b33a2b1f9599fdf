#include "base/text.hpp"
#include "probes/postgres/facts.hpp"
#include "probes/postgres/sections.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::postgres {
namespace {

constexpr int kVersion15 = 150000;
constexpr int kVersion17 = 170000;

// Three million before the counter comes round the server stops giving out transaction numbers; multixacts
// have the same limits ("Preventing Transaction ID Wraparound Failures" in the manual).
constexpr double kWraparoundStop = 2147483647.0 - 3000000.0;

// "en_US.utf8" and "en_US.UTF-8" are one locale.
std::string normal_locale(std::string locale) {
    const auto dot = locale.rfind('.');
    if (dot != std::string::npos && equals_ignore_case(std::string_view(locale).substr(dot + 1), "utf8"))
        locale.replace(dot + 1, std::string::npos, "UTF-8");
    return locale;
}

std::uint32_t fingerprint(std::string_view text) {  // FNV-1a
    std::uint32_t hash = 2166136261U;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash;
}

// What is cut off a long list still counts when two of them are compared.
std::string bounded_list(const std::vector<std::string>& items) {
    auto whole = fmt::format("{}", fmt::join(items, ", "));
    if (whole.size() <= kMaxFactValue) return whole;
    static constexpr std::size_t kTail = 32;  // " … and 123 more (0a1b2c3d)"
    std::string kept;
    std::size_t count = 0;
    for (; count < items.size() && kept.size() + items[count].size() + 2 + kTail <= kMaxFactValue; ++count)
        kept += items[count] + ", ";
    return fmt::format("{}and {} more ({:08x})", kept, items.size() - count, fingerprint(whole));
}

void add_extensions(const std::string& listed, Outcome& outcome) {
    std::vector<std::string> names;
    std::vector<std::string> versions;
    for (const auto line : split(listed, '\n')) {
        const auto item = sanitize(line, kMaxFactValue);
        versions.push_back(item);
        names.push_back(item.substr(0, item.find(' ')));
    }
    outcome.fact(facts::kExtensions, bounded_list(names));
    outcome.fact(facts::kExtensionVersions, bounded_list(versions));
}

}  // namespace

std::string database_sql(const Server& server) {
    std::string collation = "datcollate";
    if (server.version >= kVersion15) {
        const std::string named = server.version >= kVersion17 ? "datlocale" : "daticulocale";
        collation = "CASE datlocprovider WHEN 'i' THEN 'icu ' || " + named + " ELSE datcollate END";
    }
    return "SELECT " + collation +
           " AS collation, datctype,"
           " (SELECT pg_catalog.max(greatest(pg_catalog.age(datfrozenxid), pg_catalog.mxid_age(datminmxid)))"
           " FROM pg_catalog.pg_database) AS wraparound,"
           " (SELECT pg_catalog.string_agg(extname || ' ' || extversion, E'\\n' ORDER BY extname::text "
           "COLLATE \"C\")"
           " FROM pg_catalog.pg_extension) AS extensions,"
           " EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rdsproxyadmin') AS has_rds_proxy"
           " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";
}

void read_database(const Table& table, Seen& seen, Outcome& outcome) {
    if (const auto age = table.amount("wraparound"))
        outcome.gauge(gauges::kWraparound, *age, kWraparoundStop);
    if (const auto locale = table.cell("collation")) outcome.fact(facts::kCollation, normal_locale(*locale));
    if (const auto locale = table.cell("datctype"))
        outcome.fact(facts::kCharacterType, normal_locale(*locale));
    if (!table.rows.empty()) add_extensions(table.cell("extensions").value_or("none"), outcome);
    // RDS makes this role for its proxies.
    const auto* front = outcome.find_fact(facts::kFront.name);
    if (seen.pooled && table.is_true("has_rds_proxy") && front != nullptr && front->value == "pooler")
        outcome.fact(facts::kFront, "rds_proxy");
}

std::string size_sql(const Server&) {
    return "SELECT pg_catalog.pg_database_size(pg_catalog.current_database()) AS size";
}

void read_size(const Table& table, Seen& seen, Outcome& outcome) {
    if (const auto size = table.amount("size"))
        outcome.gauge(gauges::kDatabaseSize, *size, seen.server.size_limit);
}

}  // namespace plumb::postgres
