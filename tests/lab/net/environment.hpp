// One environment at work: its plan, its servers in their namespace, its agents. A fault changes it by what
// stands here and by nothing else.
#pragma once

#include "tests/lab/net/fleet.hpp"
#include "tests/lab/net/plan.hpp"
#include "tests/lab/net/servers.hpp"
#include "tests/lab/net/topology.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace plumb::lab {

class Environment {
  public:
    // `kinds`: which servers the scenario needs. `folder` keeps logs and configurations.
    Environment(EnvironmentPlan plan, std::set<ServerKind> kinds, const Programs& programs,
                Topology& topology, const Authorities& authorities, const std::string& folder);

    ~Environment() { fleet_.stop_all(); }  // nobody waits for their goodbyes
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    // In this order. Between the last two, faults that are there from the start come in the way.
    void start_servers();
    void add_tasks();
    void start_agents();
    void restart(
        ServerKind kind);  // as the plan now says; in the middle of a scenario this is a short outage
    void start_agent(const TaskPlan& task);  // one more; it joins the plan

    EnvironmentPlan& plan() { return plan_; }
    Topology& topology() { return topology_; }
    Fleet& fleet() { return fleet_; }
    Server& server(ServerKind kind) { return *servers_.at(kind); }
    PostgresBox& postgres();
    const Programs& programs() const { return programs_; }
    const link::Namespace& place() const { return *place_; }  // of the servers

    // Addresses of the tasks whose labels match; all with none.
    std::vector<std::string> addresses_of(const Labels& labels) const;
    std::vector<const TaskPlan*> tasks_with(const Labels& labels) const;

    // Lives as long as the environment: connections that hold slots, programs beside the servers.
    void keep(std::shared_ptr<void> something) { kept_.push_back(std::move(something)); }
    void write_logs(const std::string& folder) const;

  private:
    std::unique_ptr<Server> make(ServerKind kind) const;

    EnvironmentPlan plan_;
    std::set<ServerKind> kinds_;
    const Programs& programs_;
    Topology& topology_;
    const Authorities& authorities_;
    const link::Namespace* place_ = nullptr;
    std::map<ServerKind, std::unique_ptr<Server>> servers_;
    Fleet fleet_;
    std::vector<std::shared_ptr<void>> kept_;
};

}  // namespace plumb::lab
