#include "tests/lab/sim/scenario.hpp"

namespace plumb::lab {

std::string_view to_string(Group group) {
    switch (group) {
        case Group::hard:
            return "hard faults";
        case Group::soft:
            return "soft failures";
        case Group::latency:
            return "latency shift";
        case Group::slow_mode:
            return "slow mode";
        case Group::facts:
            return "facts";
        case Group::gauges:
            return "gauges";
        case Group::roots:
            return "common roots";
        case Group::tasks:
            return "tasks";
        case Group::decoys:
            break;
    }
    return "decoys";
}

std::vector<Task*> a_third(World& world) {
    std::vector<Task*> chosen;
    int index = 0;
    for (Task& task : world.tasks) {
        if (!task.candidate) continue;
        if ((index + index / 3) % 3 == 0) chosen.push_back(&task);
        ++index;
    }
    return chosen;
}

std::vector<Scenario> catalogue() {
    std::vector<Scenario> list;
    add_hard_faults(list);
    add_soft_failures(list);
    add_latency(list);
    add_facts(list);
    add_gauges(list);
    add_roots(list);
    add_tasks_gone(list);
    add_decoys(list);
    return list;
}

}  // namespace plumb::lab
