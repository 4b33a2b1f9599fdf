#include "controller/judge/evidence/cohort.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

namespace plumb::judge {
namespace {

std::string key_of(const Window& window) {
    const std::string task = label_of(window.labels, "task");
    if (task.empty()) return "agent\n" + window.agent;
    return "task\n" + label_of(window.labels, "environment") + '\n' + label_of(window.labels, "service") +
           '\n' + task;
}

// FNV-1a over what tells two windows apart.
std::uint64_t fingerprint(const Window& window) {
    std::uint64_t hash = 14695981039346656037ULL;
    const auto add = [&hash](std::uint64_t value) { hash = (hash ^ value) * 1099511628211ULL; };
    add(static_cast<std::uint64_t>(window.start.time_since_epoch().count()));
    add(static_cast<std::uint64_t>(window.length.count()));
    for (const WindowDependency& each : window.dependencies) {
        add(each.runs);
        add(each.succeeded);
        add(each.suspect);
        for (const WindowPhase& phase : each.phases) {
            add(phase.reached);
            add(phase.clean.sum_ns());
        }
        for (const WindowFailure& failure : each.failures)
            add(failure.count);
        for (const WindowFact& fact : each.facts)
            add(std::hash<std::string>{}(fact.value));
    }
    return hash;
}

// Whether this window is the newest of its task; equal times are ordered by content, so that the order of
// arrival does not matter.
bool says_more(const Window& window, Time end, const TaskEvidence& task) {
    return std::tie(end, window.agent, window.labels, window.task_age, window.draining) >
           std::tie(task.last_window, task.agent, task.labels, task.age, task.draining);
}

}  // namespace

const std::string& label_of(const Labels& labels, const std::string& name) {
    static const std::string kNone;
    const auto found = labels.find(name);
    return found == labels.end() ? kNone : found->second;
}

CohortBuilder::CohortBuilder(std::string name, std::size_t most_bytes)
    : name_(std::move(name)), most_bytes_(most_bytes) {}

void CohortBuilder::add(const Window& window, Time end) {
    const std::string key = key_of(window);
    if (!tasks_.contains(key) && tasks_.size() >= kCohortTasks) {
        error("more tasks than one comparison takes (" + std::to_string(kCohortTasks) + ")");
        return;
    }
    if (bytes_ > most_bytes_) {
        error("more evidence than one comparison takes; select fewer tasks or a shorter time");
        return;
    }
    const auto print = fingerprint(window);
    const auto [known, first] = seen_[window.agent].try_emplace(window.sequence, print);
    if (!first) {
        // Sent twice is one window; two with one number are a counter that began again.
        if (known->second != print)
            error("two windows of agent " + window.agent +
                  " have the same number; its counts cannot be told");
        return;
    }
    bytes_ += sizeof *known;
    task_of_[window.agent] = key;
    auto [at, fresh] = tasks_.try_emplace(key);
    TaskEvidence& task = at->second;
    if (fresh || end < task.first_window) task.first_window = end;
    const bool newest = fresh || says_more(window, end, task);
    if (newest) {
        task.agent = window.agent;
        task.labels = window.labels;
        task.age = std::max(window.task_age, std::chrono::seconds(0));
        task.draining = window.draining;
        task.last_window = end;
    }
    const std::pair measured(!window.draining, end);
    if (std::pair(measured, window.length) > std::pair(task.measured, task.window_length)) {
        task.measured = measured;
        task.window_length = window.length;
    }
    ++task.windows;
    Dependencies& runs = end > runs_from_ ? task.dependencies : earlier_[key];
    for (const WindowDependency& each : window.dependencies)
        add_dependency(each, end, task.dependencies, runs);
}

void CohortBuilder::add_dependency(const WindowDependency& from, Time end, Dependencies& state,
                                   Dependencies& runs) {
    if (state.size() >= kTaskDependencies && !state.contains(from.dependency)) {
        error("more dependencies of one task than a comparison takes (" + std::to_string(kTaskDependencies) +
              "); select a shorter time");
        return;
    }
    DependencyEvidence& evidence = state[from.dependency];
    DependencyEvidence& counted = &runs == &state ? evidence : runs[from.dependency];
    const auto size = [&] { return footprint(evidence) + (&counted == &evidence ? 0 : footprint(counted)); };
    const std::size_t before = size();
    const bool room = add_state(from, end, evidence);
    if (!add_runs(from, end, counted) || !room)
        error(
            "more phases, facts or gauges of one dependency than a comparison takes; select a shorter time");
    bytes_ += size();
    bytes_ -= before;
}

void CohortBuilder::count_runs_from(Time from) {
    runs_from_ = from;
}

void CohortBuilder::goodbye(const std::string& agent) {
    gone_.insert(agent);
}

void CohortBuilder::error(std::string what) {
    const bool known = std::find(errors_.begin(), errors_.end(), what) != errors_.end();
    if (!known && errors_.size() < kCohortErrors) errors_.push_back(std::move(what));
}

Cohort CohortBuilder::build() && {
    Cohort cohort;
    cohort.name = std::move(name_);
    cohort.errors = std::move(errors_);
    cohort.runs_from = runs_from_;
    cohort.tasks.reserve(tasks_.size());
    for (auto& [key, earlier] : earlier_) {
        for (auto& [name, evidence] : earlier)
            fill_in(std::move(evidence), tasks_.at(key).dependencies[name]);
    }
    for (auto& [key, task] : tasks_) {
        task.said_goodbye = gone_.contains(task.agent);
        cohort.tasks.push_back(std::move(task));
    }
    return cohort;
}

}  // namespace plumb::judge
