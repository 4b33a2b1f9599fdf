// The programs that are tried: a real agent in each task, one real controller, and the gate.
#pragma once

#include "tests/lab/net/plan.hpp"
#include "tests/lab/net/task_box.hpp"
#include "tests/lab/net/task_group.hpp"
#include "tests/lab/net/topology.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/cpu_group.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace plumb::lab {

// Windows of one second, so that a laboratory sees in seconds what production sees in minutes.
inline constexpr std::chrono::milliseconds kWindow{1000};

struct Programs {
    std::string agent;
    std::string controller;
    std::string plumbctl;
    std::string stalled_listener;
    BoxPrograms box;
};
Programs programs_of(const std::string& build_directory);

// How the names of all cgroups begin that a scenario with this folder makes: who started the scenario
// finds them when it was killed.
std::string groups_of(const std::string& folder);

// The agents of one environment. `folder` keeps their configurations and logs.
class Fleet {
  public:
    Fleet(const Programs& programs, Topology& topology, std::string folder, std::string trusted);

    // REQUIRES: the topology has the task.
    void start(const TaskPlan& task, const std::string& environment);
    void stop(const std::string& task);                // it says goodbye
    void signal(const std::string& task, int number);  // SIGKILL: it does not; SIGUSR1: to its app
    void stop_all();
    // Throws with its last words when an agent ended by itself.
    void must_run() const;

  private:
    std::string configuration(const TaskPlan& task, const std::string& environment) const;
    void join_cpu_group(const TaskPlan& task, std::vector<std::string>& command);
    std::vector<std::string> in_box(const TaskPlan& task, const std::string& environment,
                                    const std::vector<std::string>& variables,
                                    const std::vector<std::string>& agent);

    const Programs& programs_;
    Topology& topology_;
    std::string folder_;
    std::string trusted_;  // the file of the authority that the image trusts
    std::map<std::string, std::unique_ptr<test::CpuGroup>> groups_;  // outlive the agents in them
    std::map<std::string, std::unique_ptr<TaskGroup>> own_groups_;   // likewise
    std::map<std::string, std::unique_ptr<test::ChildProcess>> agents_;
};

class Controller {
  public:
    Controller(const Programs& programs, const std::string& folder);

    struct Answer {
        int exit_code = -1;
        std::string output;  // JSON
        std::string errors;
    };
    Answer gate(const std::string& policy_file) const;

  private:
    const Programs& programs_;
    std::unique_ptr<test::ChildProcess> process_;
};

}  // namespace plumb::lab
