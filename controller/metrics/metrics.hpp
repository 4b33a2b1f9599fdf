// What the controller counts about itself, for /metrics. Any thread may count; reading is not a snapshot.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace plumb::metrics {

using Count = std::atomic<std::uint64_t>;

// Agents that log in to a dependency, and the pace they are asked to keep.
struct LoginRow {
    std::string environment;
    std::string dependency;
    std::uint64_t agents = 0;
    double seconds_apart = 0;
};

class LoginRows {
  public:
    void set(std::vector<LoginRow> rows) {
        const std::lock_guard lock(mutex_);
        rows_ = std::move(rows);
    }
    std::vector<LoginRow> get() const {
        const std::lock_guard lock(mutex_);
        return rows_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<LoginRow> rows_;
};

struct Metrics {
    Count windows_received{0};      // read from a stream, before any check
    Count windows_acknowledged{0};  // committed now or known from before
    Count windows_repeated{0};      // of these: known from before
    Count windows_refused{0};       // broke a bound: sending again would not help
    Count streams{0};               // open now
    Count agents{0};                // of these: past their hello
    Count hellos{0};
    Count goodbyes{0};
    Count store_errors{0};
    Count commits{0};
    Count commit_ns{0};
    Count comparisons{0};
    Count comparison_ns{0};
    LoginRows logins;
};

// Prometheus text format 0.0.4.
std::string prometheus_text(const Metrics& metrics);

}  // namespace plumb::metrics
