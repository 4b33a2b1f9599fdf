// A store that holds nothing and fails as long as it is told to.
#pragma once

#include "controller/store/store.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace plumb::test {

class BrokenStore final : public store::Store {
  public:
    std::atomic<bool> broken{true};
    std::atomic<std::size_t> appended{0};

    void hello(const std::string&, const std::string&, const Labels&, store::Time) override { fail(); }
    void goodbye(const std::string&, const Labels&, store::Time) override { fail(); }
    std::size_t append(const std::vector<store::StoredWindow>& windows) override {
        fail();
        appended += windows.size();
        return windows.size();
    }
    void read(const Selector&, const Range&,
              const std::function<void(const store::StoredWindow&)>&) override {
        fail();
    }
    std::optional<store::Time> oldest() override {
        fail();
        return std::nullopt;
    }
    std::vector<store::AgentRow> agents(store::Time) override {
        fail();
        return {};
    }
    void check() override { fail(); }
    bool remove_before(store::Time) override {
        fail();
        return false;
    }

  private:
    void fail() const {
        if (broken) throw store::StoreError("store /secret/path: disk I/O error");
    }
};

}  // namespace plumb::test
