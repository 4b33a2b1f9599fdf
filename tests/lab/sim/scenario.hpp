// One line of the catalogue: what is broken in a calm world, and what a good judge says of it. The label is
// what the answer should be, whether or not the judge knows it yet: what it misses counts as a loss.
#pragma once

#include "controller/judge/finding/finding.hpp"
#include "tests/lab/sim/world.hpp"

#include <functional>
#include <string>
#include <vector>

namespace plumb::lab {

enum class Group { hard, soft, latency, slow_mode, facts, gauges, roots, tasks, decoys };
std::string_view to_string(Group group);

struct Label {
    judge::Verdict verdict = judge::Verdict::hold;
    // Any of these; none: nothing is to be found. Where one root breaks several dependencies the finding may
    // name any of them.
    std::vector<std::string> dependencies;
    Category category = Category::drift;
    std::vector<Layer> layers{Layer::connect};  // any of these
    std::vector<std::string> causes;  // any of these: "redis.clients at its limit" is headroom or a forecast
    Labels scope;
    bool any_scope = false;  // what is hit lies in no place that labels name
    // A fault that is told and does not hold (a version that differs) has the verdict promote.
    judge::Severity severity = judge::Severity::critical;
    bool one_root = false;  // several dependencies fail for one reason: one finding is right, not one each
};

struct Scenario {
    std::string name;
    Group group = Group::decoys;
    bool counts = false;  // for recall: a hard fault, or twice as slow at the least
    Label label;
    std::function<void(World&)> plant;
    double factor = 0;           // of a latency shift
    int needs_tasks = 2;         // of the candidate, for what it plants to make sense
    bool behind_log_in = false;  // what it slows down is reached by few of the runs
    bool was_broken = false;     // it may hold on the way
};

std::vector<Scenario> catalogue();

// A third of the candidate's tasks, spread over zones, subnets and hosts.
std::vector<Task*> a_third(World& world);

// The parts of the catalogue.
void add_hard_faults(std::vector<Scenario>& list);
void add_soft_failures(std::vector<Scenario>& list);
void add_latency(std::vector<Scenario>& list);
void add_facts(std::vector<Scenario>& list);
void add_gauges(std::vector<Scenario>& list);
void add_roots(std::vector<Scenario>& list);
void add_tasks_gone(std::vector<Scenario>& list);
void add_decoys(std::vector<Scenario>& list);

}  // namespace plumb::lab
