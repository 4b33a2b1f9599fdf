// Keeps the log-ins of a whole fleet within a budget. It counts the connected agents that log in to each
// dependency of each environment; from that follows how far apart the log-ins of one agent must be. N agents
// that each wait N/budget seconds log in as often as the budget says, whenever each of them began.
//
// An agent counts while its Share lives, so memory is bounded by the open streams and by kMostCounted. Only
// this controller's agents count: of several behind a balancer each needs its part of the budget.
// Thread rule: everything may be called from any thread. A Share outlives neither its LoginBudget nor is
// itself shared between threads.
#pragma once

#include "base/result.hpp"

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::ingest {

inline constexpr double kDefaultLoginBudget = 10;  // log-ins a second, to one dependency of one environment

// "10/s", "30/m" or "2/h": log-ins a second. "none" (no budget) is absent.
Result<std::optional<double>> parse_login_budget(std::string_view text);

// The least seconds between two log-ins of each of `agents`. REQUIRES: 0 < per_second.
double login_seconds_apart(std::size_t agents, double per_second);

class LoginBudget {
  public:
    // More pairs of environment and dependency than that are not counted, and not slowed.
    static constexpr std::size_t kMostCounted = 10'000;

    // `per_second` absent: nothing is counted, and nobody is slowed.
    explicit LoginBudget(std::optional<double> per_second);

    struct Counted;
    using Key = std::pair<std::string, std::string>;  // environment, dependency

    // What one agent logs in to.
    class Share {
      public:
        Share() = default;
        Share(Share&& other) noexcept;
        Share& operator=(Share&& other) noexcept;
        ~Share();

        std::size_t size() const { return counted_.size(); }
        const std::string& dependency(std::size_t at) const;
        double seconds_apart(std::size_t at) const;  // now

      private:
        friend class LoginBudget;
        LoginBudget* budget_ = nullptr;
        std::vector<std::shared_ptr<Counted>> counted_;
    };
    Share join(const std::string& environment, const std::set<std::string>& dependencies);

    struct Row {
        std::string environment;
        std::string dependency;
        std::size_t agents = 0;
        double seconds_apart = 0;
    };
    std::vector<Row> largest(std::size_t most) const;  // by agents, the most first

  private:
    void leave(const Share& share);

    const std::optional<double> per_second_;
    mutable std::mutex mutex_;
    std::map<Key, std::shared_ptr<Counted>> counted_;  // each with one agent or more
};

}  // namespace plumb::ingest
