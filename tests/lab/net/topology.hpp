// The wires of one scenario. The namespace of the calling thread is the router; the servers of each
// environment live in a namespace of theirs, and so does each task:
//
//   task ── veth ── router ── veth ── servers of its environment
//
// All packets between a task and a server pass the router, whose table `lab` of nftables has a chain for the
// faults. The controller lives in the router, at kRouterAddress.
//
// REQUIRES: link::enter_own_network() has succeeded. Nothing here has a name outside; all is gone with the
// last process inside.
#pragma once

#include "tests/link/carrier.hpp"
#include "tests/link/namespaces.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace plumb::lab {

inline constexpr const char* kRouterAddress = "10.0.0.1";

class Topology {
  public:
    Topology();

    const link::Namespace& add_servers(int environment, const std::vector<std::string>& addresses);
    const link::Namespace& add_task(const std::string& address);
    const link::Namespace& task(const std::string& address) const;

    // One rule of nftables in the way of what is forwarded; `remove` takes it away again.
    int add_rule(const std::string& rule);
    void remove_rule(int handle);

    struct Detour {
        std::vector<std::string> from;  // addresses of tasks
        std::vector<std::string> to;    // addresses of servers
        std::chrono::nanoseconds delay{};
        std::chrono::nanoseconds jitter{};
        double loss = 0;
    };
    // Leads what goes from there to there over a slow way; answers come back by the usual one. Returns its
    // number.
    int add_detour(int environment, const Detour& detour);
    void remove_detour(int number);

    // Kilobits a second of what comes to these tasks; of several limits the narrowest counts. Returns its
    // number.
    int add_limit(const std::vector<std::string>& task_addresses, int kilobits);
    void remove_limit(int number);

    // These tasks' own tables call the servers unreachable; overlapping gaps do not mind each other.
    int add_gap(const std::vector<std::string>& task_addresses, const std::vector<std::string>& servers);
    void remove_gap(int number);

  private:
    struct SlowWay;
    struct Limit {
        std::vector<std::string> tasks;
        int kilobits = 0;
    };
    struct Gap {
        std::vector<std::string> tasks;
        std::vector<std::string> servers;
    };
    void apply_limits(const std::string& task_address) const;
    void change_gap(const char* verb, int number) const;
    std::string wire_to(const link::Namespace& place, const std::string& address);

    std::map<int, std::unique_ptr<link::Namespace>> servers_;        // by environment
    std::map<std::string, std::unique_ptr<link::Namespace>> tasks_;  // by address
    std::map<std::string, std::string> wires_;                       // address → interface of the router
    std::map<int, std::shared_ptr<SlowWay>> slow_ways_;
    std::map<int, Limit> limits_;
    std::map<int, Gap> gaps_;
    int last_wire_ = 0;
    int last_detour_ = 0;
    int last_limit_ = 0;
    int last_gap_ = 0;
};

}  // namespace plumb::lab
