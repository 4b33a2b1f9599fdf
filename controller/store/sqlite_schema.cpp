#include "controller/store/sqlite_schema.hpp"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace plumb::store {
namespace {

// Each step is applied once, in order. Never change a step that was released: add one.
constexpr std::array<std::string_view, 1> kSteps = {R"sql(
CREATE TABLE agents (
    id            INTEGER PRIMARY KEY,
    agent         TEXT NOT NULL,
    environment   TEXT NOT NULL,
    version       TEXT NOT NULL,
    seen_ms       INTEGER NOT NULL,            -- last hello, window or goodbye, controller's clock
    end_ms        INTEGER NOT NULL DEFAULT 0,  -- end of the latest window
    windows       INTEGER NOT NULL DEFAULT 0,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    goodbye       INTEGER NOT NULL DEFAULT 0,
    UNIQUE (agent, environment)
);
CREATE INDEX agents_by_seen ON agents (seen_ms);
CREATE TABLE labels (
    agent_id INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (agent_id, name)
) WITHOUT ROWID;
CREATE TABLE windows (
    agent_id INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    payload  BLOB NOT NULL,                    -- plumb.v1.Window
    UNIQUE (agent_id, sequence)
);
CREATE INDEX windows_by_end ON windows (end_ms, agent_id);
)sql"};

// Marks the file as ours, so that another program's database is not taken over.
constexpr std::int64_t kApplicationId = 0x506c6d62;  // "Plmb"

constexpr auto kVersion = static_cast<std::int64_t>(kSteps.size());

[[noreturn]] void refuse_strange(const Database& database) {
    throw StoreError(
        fmt::format("store {}: this is another program's database; name another file", database.file()));
}

void refuse_newer(const Database& database, std::int64_t version) {
    if (version <= kVersion) return;
    throw StoreError(
        fmt::format("store {}: written by a newer plumb-controller (schema {}, this one knows {})",
                    database.file(), version, kVersion));
}

}  // namespace

void check_schema(Database& database) {
    if (database.number("PRAGMA application_id") != kApplicationId) refuse_strange(database);
    const auto version = database.number("PRAGMA user_version");
    refuse_newer(database, version);
    if (version == kVersion) return;
    throw StoreError(fmt::format(
        "store {}: written by an older plumb-controller (schema {}, this one reads {}); start the "
        "present plumb-controller on it once",
        database.file(), version, kVersion));
}

void prepare_schema(Database& database) {
    const auto version = database.number("PRAGMA user_version");
    const auto application = database.number("PRAGMA application_id");
    const bool empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && application != kApplicationId) refuse_strange(database);
    refuse_newer(database, version);
    // WAL: readers never wait for the writer. FULL: an acknowledged window survives a power cut, not only a
    // crash of this process; group commit shares the one fsync among all windows that wait.
    if (database.text("PRAGMA journal_mode = WAL") != "wal") {
        throw StoreError(
            fmt::format("store {}: this file system cannot keep a write-ahead log", database.file()));
    }
    database.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864");
    if (version == kVersion) return;
    Transaction transaction(database);
    for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
        database.run(std::string(kSteps.at(step)));
    }
    database.run(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kSteps.size()));
    transaction.commit();
}

}  // namespace plumb::store
