#include "controller/store/sqlite_store.hpp"

#include "controller/store/sqlite_schema.hpp"
#include "proto/window_proto.hpp"

#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace plumb::store {
namespace {

using std::chrono::milliseconds;

// Rows that retention removes at a time: acknowledgements wait for one such step at most.
constexpr std::int64_t kRemoveStep = 500;

// /healthz waits behind /readyz.
constexpr milliseconds kCheckPatience{500};

// SQLite's integers are signed; a sequence keeps its bits.
std::int64_t signed_bits(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::string_view environment_of(const Labels& labels) {
    const auto found = labels.find("environment");
    return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

void must_be_in_place(const Database& database) {
    if (!database.moved()) return;
    throw StoreError(fmt::format("store {}: the file was moved or removed under this process; start it again",
                                 database.file()));
}

Database open_writer(const std::string& file) {
    Database database(file, Database::Mode::read_write_create);
    prepare_schema(database);
    return database;
}

}  // namespace

struct SqliteStore::WriteStatements {
    explicit WriteStatements(Database& db)
        : find_agent(db, "SELECT id FROM agents WHERE agent = ? AND environment = ?"),
          insert_agent(db, "INSERT INTO agents (agent, environment, version, seen_ms) VALUES (?, ?, ?, ?)"),
          renew_agent(db,
                      "UPDATE agents SET version = ?, seen_ms = max(seen_ms, ?), goodbye = 0 WHERE id = ?"),
          say_goodbye(db,
                      "UPDATE agents SET goodbye = 1, seen_ms = max(seen_ms, ?) "
                      "WHERE agent = ? AND environment = ?"),
          clear_labels(db, "DELETE FROM labels WHERE agent_id = ?"),
          insert_label(db, "INSERT INTO labels (agent_id, name, value) VALUES (?, ?, ?)"),
          insert_window(db,
                        "INSERT INTO windows (agent_id, sequence, end_ms, payload) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (agent_id, sequence) DO NOTHING"),
          count_window(db,
                       "UPDATE agents SET windows = windows + 1, last_sequence = max(last_sequence, ?1), "
                       "end_ms = max(end_ms, ?2), seen_ms = max(seen_ms, ?2) WHERE id = ?3"),
          remove_windows(db,
                         "DELETE FROM windows WHERE rowid IN "
                         "(SELECT rowid FROM windows WHERE end_ms < ? ORDER BY end_ms LIMIT ?)"),
          remove_agents(db,
                        "DELETE FROM agents WHERE seen_ms < ? AND NOT EXISTS "
                        "(SELECT 1 FROM windows WHERE agent_id = agents.id)") {}

    Statement find_agent;
    Statement insert_agent;
    Statement renew_agent;
    Statement say_goodbye;
    Statement clear_labels;
    Statement insert_label;
    Statement insert_window;
    Statement count_window;
    Statement remove_windows;
    Statement remove_agents;
};

SqliteStore::SqliteStore(const std::string& file)
    : writer_(open_writer(file)),
      write_(new WriteStatements(writer_), [](WriteStatements* statements) { delete statements; }),
      reader_(Database(file, Database::Mode::read_only)),
      checker_(file, Database::Mode::read_only) {
    checker_.wait_at_most(kCheckPatience);
    check();
}

void SqliteStore::put_labels(std::int64_t id, const Labels& labels) {
    write_->clear_labels.bind(id).run();
    for (const auto& [name, value] : labels) {
        write_->insert_label.bind(id).bind(std::string_view(name)).bind(std::string_view(value)).run();
    }
}

std::int64_t SqliteStore::agent_id(const std::string& agent, const Labels& labels, std::int64_t now_ms) {
    {
        Use find(write_->find_agent);
        find->bind(std::string_view(agent)).bind(environment_of(labels));
        if (find->step()) return find->integer(0);
    }
    write_->insert_agent.bind(std::string_view(agent))
        .bind(environment_of(labels))
        .bind(std::string_view())
        .bind(now_ms)
        .run();
    const auto id = writer_.number("SELECT last_insert_rowid()");
    put_labels(id, labels);
    return id;
}

void SqliteStore::hello(const std::string& agent, const std::string& version, const Labels& labels,
                        Time now) {
    const std::lock_guard lock(write_mutex_);
    must_be_in_place(writer_);
    Transaction transaction(writer_);
    const auto id = agent_id(agent, labels, to_ms(now));
    write_->renew_agent.bind(std::string_view(version)).bind(to_ms(now)).bind(id).run();
    put_labels(id, labels);
    transaction.commit();
}

void SqliteStore::goodbye(const std::string& agent, const Labels& labels, Time now) {
    const std::lock_guard lock(write_mutex_);
    write_->say_goodbye.bind(to_ms(now)).bind(std::string_view(agent)).bind(environment_of(labels)).run();
}

bool SqliteStore::insert(const StoredWindow& stored, std::int64_t id, std::string& payload) {
    payload = wire::encode(stored.window);
    const auto end = to_ms(stored.end);
    const auto sequence = signed_bits(stored.window.sequence);
    write_->insert_window.bind(id).bind(sequence).bind(end).bind_blob(payload).run();
    if (writer_.changes() == 0) return false;
    write_->count_window.bind(sequence).bind(end).bind(id).run();
    return true;
}

std::size_t SqliteStore::append(const std::vector<StoredWindow>& windows) {
    if (windows.empty()) return 0;
    const std::lock_guard lock(write_mutex_);
    must_be_in_place(writer_);
    Transaction transaction(writer_);
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> ids;
    std::string payload;
    std::size_t fresh = 0;
    for (const auto& stored : windows) {
        auto [at, unknown] = ids.try_emplace({stored.window.agent, environment_of(stored.window.labels)}, 0);
        if (unknown) at->second = agent_id(stored.window.agent, stored.window.labels, to_ms(stored.end));
        if (insert(stored, at->second, payload)) ++fresh;
    }
    transaction.commit();
    return fresh;
}

void SqliteStore::read(const Selector& selector, const Range& range,
                       const std::function<void(const StoredWindow&)>& visit) {
    reader_.read(selector, range, visit);
}

std::vector<AgentRow> SqliteStore::agents(Time from) {
    return reader_.agents(from);
}

std::optional<Time> SqliteStore::oldest() {
    return reader_.oldest();
}

void SqliteStore::check() {
    const std::lock_guard lock(check_mutex_);
    must_be_in_place(checker_);
    checker_.number("SELECT count(*) FROM (SELECT 1 FROM windows LIMIT 1)");
}

bool SqliteStore::remove_before(Time limit) {
    const auto limit_ms = to_ms(limit);
    const std::lock_guard lock(write_mutex_);
    write_->remove_windows.bind(limit_ms).bind(kRemoveStep).run();
    if (writer_.changes() == kRemoveStep) return true;
    write_->remove_agents.bind(limit_ms).run();
    return false;
}

}  // namespace plumb::store
