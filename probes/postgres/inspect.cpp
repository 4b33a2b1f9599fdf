#include "probes/postgres/inspect.hpp"

#include "probes/postgres/facts.hpp"
#include "probes/postgres/sections.hpp"

#include <algorithm>
#include <array>

namespace plumb::postgres {
namespace {

// The first waits for nothing, so it may stand before the bound; the last may take long.
constexpr std::array<Section, 5> kSections{{
    {"settings", settings_sql, read_settings},
    {"activity", activity_sql, read_activity},
    {"database", database_sql, read_database},
    {"replication", replication_sql, read_replication},
    {"size", size_sql, read_size, false},
}};

bool wanted(const Section& section, const Server& server) {
    if (section.sql == size_sql) return server.size_limit.has_value();
    // Before version 10 most of what it asks for has other names.
    if (section.sql == replication_sql) return server.version == 0 || server.version >= kVersion10;
    return true;
}

}  // namespace

void Refusals::begin_inspection() {
    if (++inspections_ <= kRemembered) return;
    inspections_ = 1;
    words_.clear();
}

std::string Refusals::in_words() const {
    std::string all;
    for (const auto& [section, words] : words_)
        all += (all.empty() ? "" : "; ") + std::string(section) + ": " + words;
    return all;
}

std::string bounded(std::chrono::nanoseconds left) {
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    return "SET LOCAL statement_timeout = " + std::to_string(std::max<long long>(1, whole * 9 / 10));
}

std::string query_sql(std::chrono::nanoseconds left, bool role_too) {
    auto sql = bounded(left) + "; SELECT 1 AS one";
    if (role_too) {
        sql +=
            ", pg_catalog.pg_is_in_recovery() AS in_recovery,"
            " pg_catalog.current_setting('transaction_read_only') AS read_only";
    }
    return sql;
}

Inspection::Inspection(const Server& server, Refusals& refusals) : refusals_(refusals) {
    seen_.server = server;
    refusals_.begin_inspection();
    for (const auto& section : kSections) {
        if (wanted(section, server) && !refusals_.has(section.name)) pending_.push_back(&section);
    }
}

std::optional<std::string> Inspection::next(std::chrono::nanoseconds left) {
    if (pending_.empty()) return std::nullopt;
    asked_ = std::move(pending_);
    pending_.clear();
    std::string sql;
    bool open = true;
    for (const auto* section : asked_) {
        if (open && section->sql != settings_sql) {
            sql += bounded(left) + "; ";
            open = false;
        }
        sql += section->sql(seen_.server) + "; ";
    }
    return sql;
}

std::optional<net::Failed> Inspection::take(const Reply& reply, Outcome& outcome) {
    const auto answered = std::min(reply.tables.size(), asked_.size());
    for (std::size_t i = 0; i < answered; ++i)
        asked_[i]->read(reply.tables[i], seen_, outcome);
    std::optional<net::Failed> failed;
    if (reply.refusal && answered < asked_.size()) {
        const auto& refused = *asked_[answered];
        const bool late = reply.refusal->cause == Cause::postgres_statement_timeout && refused.vital;
        if (late || reply.ended) failed = reply.refusal;
        refusals_.note(refused.name, reply.refusal->detail);
        pending_.assign(asked_.begin() + static_cast<std::ptrdiff_t>(answered) + 1, asked_.end());
    } else if (reply.refusal) {
        failed = reply.refusal;
    }
    if (const auto words = refusals_.in_words(); !words.empty())
        outcome.fact(facts::kInspectionRefused, words);
    return failed;
}

}  // namespace plumb::postgres
