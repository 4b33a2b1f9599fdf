// The SQLite engine: one file, a connection to write, one to read and one to check, each behind its own
// mutex, so that a comparison never holds up an acknowledgement nor the answer of /readyz. Every method may
// throw StoreError.
#pragma once

#include "controller/store/sqlite.hpp"
#include "controller/store/sqlite_reader.hpp"
#include "controller/store/store.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace plumb::store {

class SqliteStore final : public Store {
  public:
    explicit SqliteStore(const std::string& file);

    void hello(const std::string& agent, const std::string& version, const Labels& labels, Time now) override;
    void goodbye(const std::string& agent, const Labels& labels, Time now) override;
    std::size_t append(const std::vector<StoredWindow>& windows) override;
    void read(const Selector& selector, const Range& range,
              const std::function<void(const StoredWindow&)>& visit) override;
    std::vector<AgentRow> agents(Time from) override;
    std::optional<Time> oldest() override;
    void check() override;
    bool remove_before(Time limit) override;

  private:
    std::int64_t agent_id(const std::string& agent, const Labels& labels, std::int64_t now_ms);
    bool insert(const StoredWindow& window, std::int64_t id, std::string& payload);
    void put_labels(std::int64_t id, const Labels& labels);

    std::mutex write_mutex_;
    Database writer_;
    struct WriteStatements;
    std::unique_ptr<WriteStatements, void (*)(WriteStatements*)> write_;

    SqliteReader reader_;

    std::mutex check_mutex_;
    Database checker_;
};

}  // namespace plumb::store
