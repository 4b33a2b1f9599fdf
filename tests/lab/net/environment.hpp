// One environment at work: its plan, its servers in their namespace, its agents. A fault changes it by what
// stands here and by nothing else.
#pragma once

#include "tests/lab/net/changing_plan.hpp"
#include "tests/lab/net/fleet.hpp"
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
    Environment(EnvironmentPlan plain, std::set<ServerKind> kinds, const Programs& programs,
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

    // Tasks come and go, in the plan as well. A number is one that no task of this environment had.
    void start_agent(const TaskPlan& task);
    void end_agent(const std::string& task, bool goodbye);
    int new_task_number() { return ++last_task_; }

    // What serves does not heed a change of the plan before restart().
    ChangingPlan& changes() { return plan_; }
    const EnvironmentPlan& plan() const { return plan_.now(); }
    Topology& topology() { return topology_; }
    Fleet& fleet() { return fleet_; }
    Server& server(ServerKind kind) { return *servers_.at(kind); }
    const Programs& programs() const { return programs_; }
    const link::Namespace& place() const { return *place_; }  // of the servers

    // Addresses of the tasks whose labels match; all with none.
    std::vector<std::string> addresses_of(const Labels& labels) const;
    std::vector<TaskPlan> tasks_with(const Labels& labels) const;  // throws when there is none

    // Lives as long as the environment, as connections that hold slots do.
    void keep(std::shared_ptr<void> something) { kept_.push_back(std::move(something)); }
    // A program beside the servers, in their namespace, until it is ended.
    using Helper = std::shared_ptr<test::ChildProcess>;
    Helper start_helper(const test::ChildSpec& spec);
    void end_helper(const Helper& helper);  // throws when it had ended by itself: it did not do its work

    // Throws when an agent or a helper ended by itself.
    void must_run() const;
    void write_logs(const std::string& folder) const;

  private:
    std::unique_ptr<Server> make(ServerKind kind) const;

    ChangingPlan plan_;
    int last_task_ = 100;  // beyond those of the fleet
    std::set<ServerKind> kinds_;
    const Programs& programs_;
    Topology& topology_;
    const Authorities& authorities_;
    const link::Namespace* place_ = nullptr;
    std::map<ServerKind, std::unique_ptr<Server>> servers_;
    Fleet fleet_;
    std::vector<std::shared_ptr<void>> kept_;
    std::map<Helper, std::string> helpers_;  // with the files of what they say
};

}  // namespace plumb::lab
