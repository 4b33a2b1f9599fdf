// Reading windows and agents from SQLite, through a connection of its own. Every method may throw StoreError.
#pragma once

#include "controller/store/sqlite.hpp"
#include "controller/store/store.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace plumb::store {

class SqliteReader final : public WindowSource {
  public:
    explicit SqliteReader(Database database);  // whose schema is the present one

    void read(const Selector& selector, const Range& range,
              const std::function<void(const StoredWindow&)>& visit) override;
    std::vector<AgentRow> agents(Time from) override;
    std::optional<Time> oldest() override;

  private:
    struct Known {
        std::string agent;
        Labels labels;
    };
    std::unordered_map<std::int64_t, Known> matching(const Selector& selector, Time from);

    std::mutex mutex_;
    Database database_;
};

}  // namespace plumb::store
