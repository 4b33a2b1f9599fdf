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

// Of one question. Who was not seen in its time is not looked at, so restarts of a month do not add up.
constexpr std::size_t kMaxAgents = 200'000;

// /healthz waits behind /readyz.
constexpr milliseconds kCheckPatience{500};

std::int64_t to_ms(Time time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}
Time from_ms(std::int64_t value) {
    return Time(milliseconds(value));
}

// SQLite's integers are signed; a sequence keeps its bits.
std::int64_t signed_bits(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_bits(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
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
      reader_(file, Database::Mode::read_only),
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

std::unordered_map<std::int64_t, SqliteStore::Known> SqliteStore::matching(const Selector& selector,
                                                                           Time from) {
    std::unordered_map<std::int64_t, Known> known;
    Statement agents(reader_, "SELECT id, agent FROM agents WHERE seen_ms >= ?");
    agents.bind(to_ms(from));
    while (agents.step()) {
        if (known.size() >= kMaxAgents) {
            throw StoreError(
                fmt::format("store {}: more than {} agents were seen in this time; ask for less of it",
                            reader_.file(), kMaxAgents));
        }
        known[agents.integer(0)].agent = agents.text(1);
    }
    Statement labels(
        reader_, "SELECT agent_id, name, value FROM agents JOIN labels ON agent_id = id WHERE seen_ms >= ?");
    labels.bind(to_ms(from));
    while (labels.step()) {
        const auto agent = known.find(labels.integer(0));
        if (agent == known.end()) continue;  // said hello between the two reads
        agent->second.labels.emplace(labels.text(1), labels.text(2));
    }
    std::erase_if(known, [&](const auto& entry) { return !selector.matches(entry.second.labels); });
    return known;
}

void SqliteStore::read(const Selector& selector, Time from,
                       const std::function<void(const StoredWindow&)>& visit) {
    const std::lock_guard lock(read_mutex_);
    const auto known = matching(selector, from);
    if (known.empty()) return;
    Statement rows(reader_,
                   "SELECT agent_id, end_ms, payload FROM windows WHERE end_ms >= ? "
                   "ORDER BY end_ms, agent_id, sequence");
    rows.bind(to_ms(from));
    while (rows.step()) {
        const auto owner = known.find(rows.integer(0));
        if (owner == known.end()) continue;  // the payload of a stranger is never fetched
        auto window = wire::decode(rows.blob(2));
        if (!window) {
            throw StoreError(fmt::format("store {}: a stored window of agent {} is damaged: {}",
                                         reader_.file(), owner->second.agent, window.error().message));
        }
        window->agent = owner->second.agent;
        window->labels = owner->second.labels;
        visit({std::move(*window), from_ms(rows.integer(1))});
    }
}

std::vector<AgentRow> SqliteStore::agents(Time from) {
    const std::lock_guard lock(read_mutex_);
    Selector everyone;
    auto known = matching(everyone, from);
    std::vector<AgentRow> result;
    Statement rows(reader_,
                   "SELECT id, version, end_ms, windows, last_sequence, goodbye FROM agents "
                   "WHERE seen_ms >= ? ORDER BY agent");
    rows.bind(to_ms(from));
    while (rows.step()) {
        const auto owner = known.find(rows.integer(0));
        if (owner == known.end()) continue;  // said hello between the two reads
        result.push_back({std::move(owner->second.agent), std::string(rows.text(1)),
                          std::move(owner->second.labels), from_ms(rows.integer(2)),
                          unsigned_bits(rows.integer(3)), unsigned_bits(rows.integer(4)),
                          rows.integer(5) != 0});
    }
    return result;
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
