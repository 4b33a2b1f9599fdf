// Faults and ordinary events of the tasks: what they are told, and how they come and go.
#include "base/text.hpp"
#include "tests/lab/net/injectors.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

void change_tasks(EnvironmentPlan& plan, const Labels& from, const std::function<void(TaskPlan&)>& change) {
    bool any = false;
    for (auto& task : plan.tasks) {
        if (!Selector{from}.matches(task.labels)) continue;
        change(task);
        any = true;
    }
    if (!any) throw std::runtime_error(no_task_of(plan.name));
}

std::string not_probed(const std::string& dependency, const TaskPlan& task) {
    std::vector<std::string> probed;
    for (const auto& [name, url] : task.targets)
        probed.push_back(name);
    const auto near = nearest(dependency, probed);
    return fmt::format(
        "{} does not probe '{}', which is to be taken away; {}", task.name, dependency,
        near.empty() ? fmt::format("it probes {}", fmt::join(probed, ", ")) : "did you mean '" + near + "'?");
}

Effect read_target(const yaml::Reader& from) {
    from.expect_keys({"dependency", "url", "from"});
    const auto dependency = option(from, "dependency");
    if (dependency.empty()) from.complain("target needs a dependency, and a url unless it is to be absent");
    const auto url = option(from, "url");
    auto effect = of_tasks(from, [=](TaskPlan& task) {
        if (url.empty() && !task.targets.contains(dependency))
            throw std::runtime_error(not_probed(dependency, task));
        task.targets[dependency] = url;
    });
    effect.url = url;
    if (!url.empty()) effect.dependency = dependency;
    return effect;
}

// What is to be taken away was there.
void unset(const std::string& name, TaskPlan& task) {
    const auto gone =
        std::erase_if(task.environment, [&](const std::string& one) { return one.starts_with(name + "="); });
    if (gone == 0)
        throw std::runtime_error(fmt::format("{} has no variable {} to be taken away", task.name, name));
}

Effect read_environment(const yaml::Reader& from) {
    from.expect_keys({"set", "unset", "from"});
    if (!from.get("set") && !from.get("unset")) from.complain("environment sets variables, or unsets some");
    return of_tasks(from, [variables = labels_of(from, "set"), gone = list(from, "unset")](TaskPlan& task) {
        for (const auto& name : gone)
            unset(name, task);
        for (const auto& [name, value] : variables)
            task.environment.push_back(fmt::format("{}={}", name, value));
    });
}

Effect read_labels(const yaml::Reader& from) {
    from.expect_keys({"set", "from"});
    return of_tasks(from, [labels = labels_of(from, "set")](TaskPlan& task) {
        for (const auto& [name, value] : labels)
            task.labels[name] = value;
    });
}

Effect read_cpu(const yaml::Reader& from) {
    from.expect_keys({"percent", "busy", "from"});
    const auto percent = static_cast<int>(option(from, "percent", 5, 100));
    const bool busy = flag(from, "busy");
    auto effect = of_tasks(from, [=](TaskPlan& task) {
        task.cpu = percent;
        task.own.app.busy = busy;
    });
    effect.own = busy;
    return effect;
}

// The task that takes the place of another, in its zone, with another revision. What names the place stays as
// the other reported it.
TaskPlan successor_of(const TaskPlan& task, Environment& environment, const std::string& revision) {
    auto made = make_task(environment.plan(), task.zone, environment.new_task_number(), task.targets);
    made.environment = task.environment;
    made.cpu = task.cpu;
    made.look = task.look;
    made.own = task.own;
    for (const auto& [name, value] : task.labels) {
        if (name != "task" && name != "host") made.labels[name] = value;
    }
    made.labels["revision"] = revision;
    made.labels["image"] = "sha256:" + revision;
    return made;
}

// New tasks beside the old ones, one in each zone, as at the start of a rolling update.
Effect read_join(const yaml::Reader& from) {
    from.expect_keys({"revision", "each"});
    const auto revision = option(from, "revision", "42");
    const auto each = static_cast<int>(option(from, "each", 1, 8));
    return once([=](Environment& environment) {
        std::map<std::string, TaskPlan> models;  // by zone
        for (const auto& task : environment.plan().tasks)
            models.emplace(task.zone, task);
        for (const auto& [zone, model] : models) {
            for (int i = 0; i < each; ++i)
                environment.start_agent(successor_of(model, environment, revision));
        }
    });
}

// Each of these tasks ends, with a goodbye or without, and another takes its place.
Effect read_redeploy(const yaml::Reader& from) {
    from.expect_keys({"revision", "from", "goodbye"});
    const auto revision = option(from, "revision", "42");
    const bool goodbye = !from.get("goodbye") || flag(from, "goodbye");
    return once([=, labels = labels_of(from, "from")](Environment& environment) {
        for (const auto& task : environment.tasks_with(labels)) {
            environment.start_agent(successor_of(task, environment, revision));
            environment.end_agent(task.name, goodbye);
        }
    });
}

Effect read_restart(const yaml::Reader& from) {
    from.expect_keys({"from"});
    return once([labels = labels_of(from, "from")](Environment& environment) {
        for (const auto& task : environment.tasks_with(labels)) {
            environment.fleet().stop(task.name);
            environment.fleet().start(task, environment.plan().name);
        }
    });
}

Effect read_vanish(const yaml::Reader& from) {
    from.expect_keys({"from"});
    return once([labels = labels_of(from, "from")](Environment& environment) {
        for (const auto& task : environment.tasks_with(labels))
            environment.end_agent(task.name, false);
    });
}

}  // namespace

Effect of_tasks(const yaml::Reader& from, std::function<void(TaskPlan&)> change) {
    Effect effect;
    effect.stays = true;  // an agent reads it once
    effect.plan = [labels = labels_of(from, "from"), change = std::move(change)](EnvironmentPlan& plan) {
        change_tasks(plan, labels, change);
    };
    return effect;
}

Effect once(std::function<void(Environment&)> act) {
    Effect effect;
    effect.stays = true;
    effect.act = [act = std::move(act)](Environment& environment) -> Undo {
        act(environment);
        return {};
    };
    return effect;
}

std::vector<Injector> task_injectors() {
    return {{"target", "the URL that tasks are told for a dependency", read_target},
            {"environment", "their variables", read_environment},
            {"labels", "what they report as", read_labels},
            {"cpu", "a limit on their processor time (a cgroup's)", read_cpu},
            {"join", "tasks of a new revision start beside the others", read_join},
            {"redeploy", "tasks end and others take their place", read_redeploy},
            {"restart", "the agents of tasks are stopped and started again", read_restart},
            {"vanish", "tasks end without a goodbye (SIGKILL)", read_vanish}};
}

}  // namespace plumb::lab
