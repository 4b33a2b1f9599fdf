// Deploy projection: a rolling update starts new tasks before the old ones leave, and each takes its
// connections meanwhile.
//
// What one task takes its own socket census tells (gauge sockets.NAME.connections of the dependency `task`):
// the middle of the tasks that show it. Without one, it is the amount shared out over the tasks, so clients
// that do not report make it too large. It is then shared out over all desired tasks where fewer are looked
// at (one zone, one revision), and only over what the tasks' own role holds where the dependency tells that
// apart.
#include "base/text.hpp"
#include "controller/judge/gauges/gauge_rules.hpp"
#include "controller/judge/scope/cuts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace plumb::judge {
namespace {

constexpr double kTold = 0.5;  // of the limit is free: more than that a deployment hardly takes

struct Service {
    double tasks = 0;  // that report, and no fewer than desired
    double reporting = 0;
    std::set<std::string> revisions;
    const ServiceSize* size = nullptr;  // none: the policy does not name it
    // How many tasks a rolling update adds. One in flight has added some already.
    double added() const {
        if (size == nullptr) return 0;
        const double desired = size->desired;
        const double most = desired * std::max(100, size->maximum_percent) / 100;
        return std::max(0.0, most - (revisions.size() > 1 ? std::max(desired, reporting) : desired));
    }
};

// The tasks that take the amount now, each once. Where both sides are of one environment (two revisions, two
// zones), those of the baseline take their part of it, too, unless they are of an earlier day.
std::map<std::string, const TaskEvidence*> takers(const View& view, const GaugeView& gauge) {
    std::map<std::string, const TaskEvidence*> tasks;
    const auto add = [&tasks](const Readings& readings) {
        for (const Reading& each : readings) {
            const TaskEvidence& task = *each.member->task;
            tasks.emplace(label_of(task.labels, "service") + '\n' + task_name(task), &task);
        }
    };
    add(gauge.candidate);
    if (view.same_environment && view.baseline.cohort->behind.count() == 0) add(gauge.baseline);
    return tasks;
}

std::map<std::string, Service> services_of(const View& view, const GaugeView& gauge) {
    std::map<std::string, Service> services;
    for (const auto& [key, task] : takers(view, gauge)) {
        Service& service = services[label_of(task->labels, "service")];
        ++service.reporting;
        if (const auto& revision = label_of(task->labels, "revision"); !revision.empty())
            service.revisions.insert(revision);
    }
    for (auto& [name, service] : services) {
        const auto size = view.policy->services.find(name);
        const bool sized = size != view.policy->services.end() && size->second.desired > 0;
        if (sized) service.size = &size->second;
        const double desired = sized ? size->second.desired : 0;
        service.tasks = std::max(service.reporting, desired);
    }
    return services;
}

// The part of the amount that belongs to the tasks' own role, where a gauge NAME.role tells it.
double owned(const GaugeView& gauge, double used) {
    Readings own;
    for (const Reading& each : gauge.candidate) {
        for (const GaugeEvidence& other : each.member->evidence->gauges) {
            const bool is = other.name.size() == gauge.name.size() + 5 &&
                            other.name.starts_with(gauge.name) && other.name.ends_with(".role");
            if (is && !other.points.empty()) own.push_back({each.member, &other, other.points.back().max, 1});
        }
    }
    return own.empty() ? used : std::clamp(middle_used(own), 0.0, used);
}

// What the tasks of one service count as their own connections to the dependency; nothing where fewer than
// half of them do.
std::optional<double> counted_by_tasks(const View& view, const GaugeView& gauge, const std::string& service) {
    const std::string name = fmt::format("sockets.{}.connections", to_lower(gauge.dependency->name));
    std::vector<double> counts;
    std::size_t tasks = 0;
    for (const DependencyView& dependency : view.dependencies) {
        if (dependency.kind != "task") continue;
        for (const Member& member : dependency.candidate) {
            if (label_of(member.task->labels, "service") != service) continue;
            ++tasks;
            for (const GaugeEvidence& each : member.evidence->gauges) {
                if (each.name == name && !each.points.empty()) counts.push_back(each.points.back().max);
            }
        }
    }
    if (counts.empty() || 2 * counts.size() < tasks) return std::nullopt;
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
    std::nth_element(counts.begin(), middle, counts.end());
    return *middle;
}

struct Projection {
    std::string service;
    double used = 0;
    double limit = 0;
    double per_task = 0;
    bool counted = false;  // by the tasks themselves
    double added = 0;      // tasks
    double share() const { return (used + per_task * added) / limit; }
};

// Of the service whose update takes most; services are rarely updated all at once.
std::optional<Projection> project(const View& view, const GaugeView& gauge,
                                  const std::map<std::string, Service>& services) {
    std::optional<Projection> worst;
    const double used = middle_used(gauge.candidate);
    double tasks = 0;
    for (const auto& [name, service] : services)
        tasks += service.tasks;
    for (const auto& [name, service] : services) {
        if (service.size == nullptr) continue;
        const auto counted = counted_by_tasks(view, gauge, name);
        const Projection projection{name,
                                    used,
                                    middle_limit(gauge.candidate),
                                    counted ? *counted : owned(gauge, used) / tasks,
                                    counted.has_value(),
                                    service.added()};
        if (!worst || projection.share() > worst->share()) worst = projection;
    }
    return worst;
}

// Most policies name no service, and there may be thousands of tasks: they are asked for their service's name
// and nothing else.
std::string unnamed(const GaugeView& gauge) {
    std::set<std::string_view> services;
    for (const Reading& each : gauge.candidate) {
        const Labels& labels = each.member->task->labels;
        if (const auto service = labels.find("service"); service != labels.end())
            services.insert(service->second);
    }
    std::string names;
    for (const std::string_view name : services) {
        if (name.empty()) continue;
        if (!names.empty()) names += ", ";
        names += name;
    }
    return fmt::format(
        "the deploy projection needs desired and maximum_percent of {} in the policy's services",
        names.empty() ? "the tasks' service, by their label service," : names);
}

std::string in_words(const Projection& projection, const ServiceSize& size) {
    return fmt::format(
        "{:.10g} of {:.10g}; while {} is updated (desired {}, maximum {} %) up to {:.4g} more, {:.3g} % of "
        "the limit",
        projection.used, projection.limit, projection.service, size.desired, size.maximum_percent,
        projection.per_task * projection.added, 100 * projection.share());
}

Finding finding_of(const GaugeView& gauge, const Projection& projection, const ServiceSize& size) {
    Finding finding = gauge_finding("gauge.projection", gauge, gauge.candidate);
    finding.severity = enough(gauge.candidate, gauge.candidate) ? Severity::critical : Severity::warning;
    finding.candidate = in_words(projection, size);
    finding.evidence["projection"] = {
        {"service", projection.service},
        {"used", rounded(projection.used)},
        {"limit", rounded(projection.limit)},
        {projection.counted ? "a_task" : "a_task_at_most", rounded(projection.per_task)},
        {"tasks_added", rounded(projection.added)},
        {"share", rounded(projection.share())}};
    return finding;
}

}  // namespace

GaugeAnswer judge_projection(const View& view, const GaugeView& gauge) {
    GaugeAnswer answer;
    // Disk, memory and quotas do not grow with the number of tasks.
    if (gauge.own() || !counts_clients(gauge.name)) return answer;
    const bool matters = middle_headroom(gauge.candidate) < kTold;
    if (view.policy->services.empty()) {
        if (matters) answer.unknown = unnamed(gauge);
        return answer;
    }
    const auto services = services_of(view, gauge);
    const auto projection = project(view, gauge, services);
    if (!projection) {
        if (matters) answer.unknown = unnamed(gauge);
        return answer;
    }
    const ServiceSize& size = *services.at(projection->service).size;
    const double limit = view.thresholds().projection_hold;
    const bool holds = projection->share() > limit;
    if (holds) answer.finding = finding_of(gauge, *projection, size);
    if (!view.explain) return answer;
    Comparison& told = answer.comparison.emplace(gauge_comparison(
        gauge, "deploy projection: used + a task's share × desired × (maximum_percent − 100) / 100"));
    told.evidence = in_words(*projection, size);
    told.threshold = fmt::format("{:.3g} % of the limit", 100 * limit);
    told.margin = fmt::format("{:.3g} points {}", 100 * std::abs(projection->share() - limit),
                              holds ? "beyond" : "to go");
    told.why = holds ? "holds: an update may find no room for the tasks that it adds"
                     : "quiet: the tasks that an update adds find room";
    return answer;
}

}  // namespace plumb::judge
