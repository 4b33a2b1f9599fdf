// What a scenario can do to an environment: a table from the name in the file to what reads its options and
// what it does. docs/laboratory.md has a section for each.
//
// An injector is read when the file is read, so a mistake is told with its line before anything starts. It
// then either changes the plan (servers are started with it, or restarted when it comes later), or acts on
// what runs and says how to undo it.
#pragma once

#include "base/strict_yaml.hpp"
#include "tests/lab/net/environment.hpp"
#include "tests/lab/net/plan.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumb::lab {

using Undo = std::function<void()>;  // empty: it cannot be undone

struct Effect {
    std::function<void(EnvironmentPlan&)> plan;
    std::function<Undo(Environment&)> act;
    std::set<ServerKind>
        kinds;  // servers that it is about: they are started, and restarted by a change of plan
    std::vector<std::string> servers;  // that it names: a task must use each, or nobody would see it
    std::vector<std::string> names;    // of DNS, likewise
    std::string url;                   // that tasks are told: its server is started, too
    std::string dependency;            // for which they are told it
    bool stays = false;                // nothing can undo it
    bool own = false;                  // the task's own: its agent must look at it, or nobody would see it
    bool of_running = false;           // done to what runs: not before there is an agent
};

struct Injector {
    const char* name;
    const char* summary;
    // Complaints go to the reader; the effect then does not matter.
    std::function<Effect(const yaml::Reader&)> read;
};

const std::vector<Injector>& injectors();
const Injector* find_injector(const std::string& name);

// By subject, each in a file of its own.
std::vector<Injector> network_injectors();  // drop, loss, reject, delay, rate, no_route, stalled
std::vector<Injector> name_injectors();     // dns
std::vector<Injector> server_injectors();   // postgres, redis, pgbouncer, http, certificate, tls, stop, kill
std::vector<Injector> client_injectors();   // fill, load, overflow
std::vector<Injector> task_injectors();     // target, environment, labels, rollout, redeploy, restart …
std::vector<Injector> own_injectors();      // memory, oom, descriptors, app, pool, leak, file, kernel

// What options have in common. Each complains at the reader when something does not fit.
std::string option(const yaml::Reader& from, const char* key, const std::string& otherwise = {});
long long option(const yaml::Reader& from, const char* key, long long otherwise, long long most);
std::chrono::nanoseconds option(const yaml::Reader& from, const char* key,
                                std::chrono::nanoseconds otherwise);
bool flag(const yaml::Reader& from, const char* key);
std::vector<std::string> list(const yaml::Reader& from, const char* key);  // of texts, or one text
Labels labels_of(const yaml::Reader& from, const char* key);
// A text that must be one of these; complains otherwise.
std::string one_of(const yaml::Reader& from, const char* key, const std::vector<std::string>& words,
                   const std::string& otherwise = {});
std::vector<std::string> servers_in(const yaml::Reader& from, const char* key);

// A change of the tasks that have the labels of the option `from`; from the start, and for good.
Effect of_tasks(const yaml::Reader& from, std::function<void(TaskPlan&)> change);
// Something that is done to what runs, and cannot be undone.
Effect once(std::function<void(Environment&)> act);

}  // namespace plumb::lab
