#include "tests/unit/judge/fleet.hpp"

#include "base/duration.hpp"
#include "controller/judge/evidence/view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

constexpr std::chrono::seconds kLength{30};

// Ten points of a log-normal distribution whose middle moves from window to window.
Sketch noisy(double ms, std::uint64_t runs, std::mt19937_64& random) {
    constexpr std::array kPoints{0.0, -1.64, 1.64, -1.04, 1.04, -0.67, 0.67, -0.39, 0.39, 0.13};
    const double middle = std::normal_distribution<double>(0.0, 0.05)(random);
    Sketch sketch;
    for (std::size_t i = 0; i < kPoints.size(); ++i) {
        const std::uint64_t count = runs / kPoints.size() + (i < runs % kPoints.size() ? 1 : 0);
        if (count == 0) continue;
        const double ns = ms * 1e6 * std::exp(middle + 0.2 * kPoints[i]);
        sketch.add(std::chrono::nanoseconds(std::llround(ns)), count);
    }
    return sketch;
}

WindowDependency make_dependency(const Spec& spec, double factor, std::mt19937_64& random) {
    WindowDependency out;
    out.dependency = spec.name;
    out.kind = spec.kind;
    out.runs = spec.runs;
    out.succeeded = spec.runs;
    for (const auto& [name, ms] : spec.phases) {
        WindowPhase phase;
        phase.name = name;
        phase.layer = layer_of_phase(name);
        phase.reached = spec.runs;
        phase.clean = noisy(ms * factor, spec.runs, random);
        out.phases.push_back(std::move(phase));
    }
    out.rtt = noisy(spec.rtt_ms, spec.runs, random);
    for (const Fact& fact : spec.facts)
        out.facts.push_back({fact.name, fact.cls, fact.value, spec.runs});
    out.gauges = spec.gauges;
    return out;
}

}  // namespace

Time noon() {
    return parse_time("2026-11-23T12:00:00Z").value();
}

Fleet& Fleet::tasks(int count) {
    tasks_ = count;
    return *this;
}

Fleet& Fleet::windows(int count) {
    windows_ = count;
    return *this;
}

Fleet& Fleet::with(Spec spec) {
    specs_.push_back(std::move(spec));
    return *this;
}

Fleet& Fleet::seed(std::uint64_t value) {
    seed_ = value;
    return *this;
}

Fleet& Fleet::ends(Time value) {
    end_ = value;
    return *this;
}

Fleet& Fleet::change(Change each) {
    changes_.push_back(std::move(each));
    return *this;
}

std::vector<std::pair<Window, Time>> Fleet::make() const {
    std::mt19937_64 random(seed_ * 7919 + std::hash<std::string>{}(environment_));
    std::normal_distribution<double> tasks_differ(0.0, 0.06);
    std::vector<std::pair<Window, Time>> out;
    for (int task = 0; task < tasks_; ++task) {
        const double factor = std::exp(tasks_differ(random));
        for (int number = 0; number < windows_; ++number) {
            Window window;
            window.agent = fmt::format("{}-agent-{}", environment_, task);
            window.sequence = static_cast<std::uint64_t>(number) + 1;
            const Time end = end_ - (windows_ - 1 - number) * kLength;
            window.start = end - kLength;
            window.length = kLength;
            window.task_age = std::chrono::seconds(3600) + number * kLength;
            window.labels = {{"environment", environment_},
                             {"service", "checkout"},
                             {"task", fmt::format("{}-{}", environment_, task)},
                             {"zone", fmt::format("az{}", task % 3)},
                             {"revision", "7"}};
            for (const Spec& spec : specs_)
                window.dependencies.push_back(make_dependency(spec, factor, random));
            for (const Change& change : changes_)
                change(window, task, number);
            out.emplace_back(std::move(window), end);
        }
    }
    return out;
}

Cohort Fleet::cohort(Time runs_from) const {
    CohortBuilder builder(environment_);
    builder.count_runs_from(runs_from);
    for (const auto& [window, end] : make())
        builder.add(window, end);
    return std::move(builder).build();
}

WindowDependency& dependency(Window& window, const std::string& name) {
    for (WindowDependency& each : window.dependencies) {
        if (each.dependency == name) return each;
    }
    throw std::logic_error("the fleet has no dependency " + name);
}

void fail(Window& window, const std::string& name, const std::string& phase, const std::string& cause,
          std::uint64_t count) {
    WindowDependency& of = dependency(window, name);
    of.succeeded -= count;
    of.failures.push_back({phase, cause, count});
    bool behind = false;
    for (WindowPhase& each : of.phases) {
        if (behind) each.reached -= std::min(count, each.reached);
        if (each.name == phase) behind = true;
        if (of.succeeded == 0) each.clean = Sketch();
    }
    if (of.succeeded > 0) return;
    of.facts.clear();
    of.gauges.clear();
}

void fail_all(Window& window, const std::string& name, const std::string& phase, const std::string& cause) {
    fail(window, name, phase, cause, dependency(window, name).runs);
}

void set_fact(Window& window, const std::string& name, const std::string& fact, const std::string& value) {
    for (WindowFact& each : dependency(window, name).facts) {
        if (each.name == fact) each.value = value;
    }
}

void slow_down(WindowPhase& phase, double factor) {
    Sketch slower;
    for (const auto& [bucket, times] : phase.clean.buckets())
        slower.add(std::chrono::nanoseconds(std::llround(factor * Sketch::upper_bound(bucket))), times);
    phase.clean = slower;
}

WindowGauge gauge(const std::string& name, double value, double limit, bool refuses) {
    return {name, value, value, value, limit, refuses};
}

Fleet staging() {
    return Fleet("staging").with({});
}

Fleet production() {
    return Fleet("production").seed(2).with({});
}

Report compare(const Fleet& baseline, const Fleet& candidate, const Policy& policy) {
    const Cohort after = candidate.cohort();
    return judge(baseline.cohort(runs_compared_from(after, policy, noon())), after, policy, noon());
}

std::string told(const Report& report) {
    std::string out;
    for (const Finding& each : report.findings) {
        out += fmt::format("{} {} {} {} {}\n", each.dependency, plumb::to_string(each.layer), each.cause,
                           each.subject, to_string(each.severity));
    }
    return out;
}

std::string gaps(const Report& report, bool blocking) {
    std::string out;
    for (const auto& value : report.coverage.at("not_judged").as_array()) {
        const auto& gap = value.as_object();
        if (blocking && !gap.at("blocks").as_bool()) continue;
        out += fmt::format("{} {}: {}\n", gap.at("dependency").as_string().c_str(),
                           gap.at("subject").as_string().c_str(), gap.at("reason").as_string().c_str());
    }
    return out;
}

}  // namespace plumb::judge::test
