// One reason behind many symptoms: the resolver, the way out, a host, the task's own want of CPU; and tasks
// that do not live as long as they should.
#include "model/cause.hpp"
#include "tests/lab/sim/scenario.hpp"

#include <fmt/format.h>

namespace plumb::lab {
namespace {

const std::vector<std::string>& everyone() {
    static const std::vector<std::string> names{"database", "cache",  "payments", "geo",
                                                "mail",     "orders", "search",   "auth"};
    return names;
}

Scenario common(const std::string& name, const std::vector<std::string>& dependencies, const char* phase,
                const char* cause, Layer layer, Labels scope) {
    Scenario out;
    out.name = "root-" + name;
    out.group = Group::roots;
    out.counts = true;
    out.label.dependencies = dependencies;
    out.label.category = cause_info(parse_cause(cause).value()).category;
    out.label.layers = {layer};
    out.label.causes = {cause};
    out.label.scope = scope;
    out.label.one_root = true;
    out.plant = [=](World& world) {
        for (const std::string& dependency : dependencies) {
            Failing fault;
            fault.where.dependency = dependency;
            fault.where.labels = scope;
            fault.phase = phase;
            fault.cause = cause;
            world.failing.push_back(std::move(fault));
        }
    };
    return out;
}

// The tasks lack CPU: half of their runs notice it, and the others are slow as well, wherever they go.
Scenario starved() {
    Scenario out;
    out.name = "root-starved";
    out.group = Group::roots;
    out.label.dependencies = {"task"};
    out.label.category = Category::exhaustion;
    out.label.layers = {Layer::task};
    out.label.causes = {"task.starved"};
    out.label.one_root = true;
    out.plant = [](World& world) {
        for (Task& task : world.tasks) {
            if (!task.candidate) continue;
            task.suspect = 0.5;
            task.suspect_leak = 2.5;
        }
    };
    return out;
}

Scenario of_tasks(const char* name, std::vector<std::string> causes, std::function<void(World&)> plant) {
    Scenario out;
    out.name = name;
    out.group = Group::tasks;
    out.label.dependencies = {"task"};
    out.label.category = Category::exhaustion;
    out.label.layers = {Layer::task};
    out.label.causes = std::move(causes);
    out.plant = std::move(plant);
    out.label.any_scope = true;
    out.needs_tasks = 6;
    return out;
}

// A third of the candidate's tasks runs out of memory and is gone, without a word and without heirs.
void vanish(World& world) {
    for (Task* task : a_third(world)) {
        task->memory = 0.98;
        task->last = 4;
    }
}

// A third of the candidate's tasks lives three windows, and so do those that follow them.
void replace_in_a_loop(World& world) {
    std::vector<Task> heirs;
    for (Task* task : a_third(world)) {
        task->last = 1;
        for (int first = 2; first < world.windows; first += 3) {
            Task heir = *task;
            heir.first = first;
            heir.last = first + 2;
            heir.age_windows = 1;
            heir.name += fmt::format("-{}", first);
            heir.labels["task"] = heir.name;
            heirs.push_back(std::move(heir));
        }
    }
    world.tasks.insert(world.tasks.end(), heirs.begin(), heirs.end());
}

}  // namespace

void add_roots(std::vector<Scenario>& list) {
    const std::vector<std::string> outside{"payments", "geo", "mail"};
    list.push_back(common("resolver-timeout", everyone(), "resolve", "dns.timeout", Layer::resolve, {}));
    list.push_back(common("resolver-servfail", everyone(), "resolve", "dns.servfail", Layer::resolve, {}));
    list.push_back(common("egress", outside, "connect", "tcp.timeout", Layer::connect, {}));
    list.push_back(
        common("egress-subnet", outside, "connect", "tcp.timeout", Layer::connect, {{"subnet", "az1-b"}}));
    list.back().needs_tasks = 12;
    list.push_back(common("host", everyone(), "connect", "tcp.timeout", Layer::connect,
                          {{"host", "production-az2-h0"}}));
    list.back().needs_tasks = 6;
    list.push_back(common("zone", everyone(), "connect", "tcp.timeout", Layer::connect, {{"zone", "az3"}}));
    list.back().needs_tasks = 6;
    list.push_back(starved());
}

void add_tasks_gone(std::vector<Scenario>& list) {
    list.push_back(of_tasks("tasks-vanish", {"task.vanished"}, vanish));
    list.push_back(of_tasks("tasks-replaced-in-a-loop", {"task.replaced"}, replace_in_a_loop));
    list.back().label.category = Category::health;
}

}  // namespace plumb::lab
