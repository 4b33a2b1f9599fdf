#include "controller/store/sqlite_reader.hpp"

#include "proto/window_proto.hpp"

#include <utility>

#include <fmt/format.h>

namespace plumb::store {
namespace {

// Of one question. Who was not seen in its time is not looked at, so restarts of a month do not add up.
constexpr std::size_t kMaxAgents = 200'000;

std::uint64_t unsigned_bits(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
}

}  // namespace

SqliteReader::SqliteReader(Database database) : database_(std::move(database)) {}

std::unordered_map<std::int64_t, SqliteReader::Known> SqliteReader::matching(const Selector& selector,
                                                                             Time from) {
    std::unordered_map<std::int64_t, Known> known;
    Statement agents(database_, "SELECT id, agent FROM agents WHERE seen_ms >= ?");
    agents.bind(to_ms(from));
    while (agents.step()) {
        if (known.size() >= kMaxAgents) {
            throw StoreError(
                fmt::format("store {}: more than {} agents were seen in this time; ask for less of it",
                            database_.file(), kMaxAgents));
        }
        known[agents.integer(0)].agent = agents.text(1);
    }
    Statement labels(
        database_,
        "SELECT agent_id, name, value FROM agents JOIN labels ON agent_id = id WHERE seen_ms >= ?");
    labels.bind(to_ms(from));
    while (labels.step()) {
        const auto agent = known.find(labels.integer(0));
        if (agent == known.end()) continue;  // said hello between the two reads
        agent->second.labels.emplace(labels.text(1), labels.text(2));
    }
    std::erase_if(known, [&](const auto& entry) { return !selector.matches(entry.second.labels); });
    return known;
}

void SqliteReader::read(const Selector& selector, const Range& range,
                        const std::function<void(const StoredWindow&)>& visit) {
    const std::lock_guard lock(mutex_);
    const auto known = matching(selector, range.from);
    if (known.empty()) return;
    Statement rows(database_,
                   "SELECT agent_id, end_ms, payload FROM windows WHERE end_ms >= ? AND end_ms <= ? "
                   "ORDER BY end_ms, agent_id, sequence");
    rows.bind(to_ms(range.from)).bind(to_ms(range.until));
    while (rows.step()) {
        const auto owner = known.find(rows.integer(0));
        if (owner == known.end()) continue;  // the payload of a stranger is never fetched
        auto window = wire::decode(rows.blob(2));
        if (!window) {
            throw StoreError(fmt::format("store {}: a stored window of agent {} is damaged: {}",
                                         database_.file(), owner->second.agent, window.error().message));
        }
        window->agent = owner->second.agent;
        window->labels = owner->second.labels;
        visit({std::move(*window), from_ms(rows.integer(1))});
    }
}

std::vector<AgentRow> SqliteReader::agents(Time from) {
    const std::lock_guard lock(mutex_);
    Selector everyone;
    auto known = matching(everyone, from);
    std::vector<AgentRow> result;
    Statement rows(database_,
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

std::optional<Time> SqliteReader::oldest() {
    const std::lock_guard lock(mutex_);
    Statement first(database_, "SELECT min(end_ms) FROM windows");
    if (!first.step() || first.is_null(0)) return std::nullopt;
    return from_ms(first.integer(0));
}

}  // namespace plumb::store
