#include "model/window.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace plumb {
namespace {

constexpr std::size_t kMaxLabelName = 64;
constexpr std::chrono::milliseconds kLongestWindow = std::chrono::hours(24);

// Collects the first complaint, so that a walk reads as a list of rules.
class Checker {
  public:
    void that(bool holds, std::string_view path, std::string_view what) {
        if (!holds && !complaint_) complaint_ = fmt::format("{}: {}", path, what);
    }

    void name(std::string_view text, const std::string& path) {
        that(!text.empty(), path, "is empty");
        bounded(text, kMaxName, path);
    }

    void bounded(std::string_view text, std::size_t limit, const std::string& path) {
        if (text.size() > limit) that(false, path, fmt::format("is longer than {} bytes", limit));
    }

    void size(std::size_t count, std::size_t limit, const std::string& path) {
        if (count > limit) that(false, path, fmt::format("has more than {} entries", limit));
    }

    bool failed() const { return complaint_.has_value(); }
    Result<void> result() const {
        if (complaint_) return Error{*complaint_};
        return {};
    }

  private:
    std::optional<std::string> complaint_;
};

std::string at(const std::string& path, std::string_view list, std::size_t index) {
    return fmt::format("{}.{}[{}]", path, list, index);
}

void check_phases(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.size(dependency.phases.size(), kMaxPhases, path + ".phases");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < dependency.phases.size() && !check.failed(); ++i) {
        const WindowPhase& phase = dependency.phases[i];
        const std::string here = at(path, "phases", i);
        check.name(phase.name, here + ".name");
        check.that(seen.insert(phase.name).second, here + ".name", "stands twice");
        check.that(phase.reached <= dependency.runs, here + ".reached", "is more than the runs");
        check.that(phase.clean.count() <= phase.reached, here + ".clean",
                   "counts more runs than reached the phase");
    }
}

void check_failures(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.size(dependency.failures.size(), kMaxFailures, path + ".failures");
    std::set<std::pair<std::string_view, std::string_view>> seen;
    std::uint64_t left = dependency.runs;
    for (std::size_t i = 0; i < dependency.failures.size() && !check.failed(); ++i) {
        const WindowFailure& failure = dependency.failures[i];
        const std::string here = at(path, "failures", i);
        check.name(failure.phase, here + ".phase");
        check.name(failure.cause, here + ".cause");
        check.that(seen.emplace(failure.phase, failure.cause).second, here, "stands twice");
        check.that(failure.count <= left, here + ".count", "makes more failures than runs");
        left -= std::min(left, failure.count);
    }
}

void check_addresses(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.size(dependency.addresses.size(), kMaxAddresses, path + ".addresses");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < dependency.addresses.size() && !check.failed(); ++i) {
        const WindowAddress& address = dependency.addresses[i];
        const std::string here = at(path, "addresses", i);
        check.name(address.address, here + ".address");
        check.that(seen.insert(address.address).second, here + ".address", "stands twice");
        check.that(address.failed <= address.tried, here + ".failed", "is more than tried");
    }
}

void check_facts(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.size(dependency.facts.size(), kMaxWindowFacts, path + ".facts");
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (std::size_t i = 0; i < dependency.facts.size() && !check.failed(); ++i) {
        const WindowFact& fact = dependency.facts[i];
        const std::string here = at(path, "facts", i);
        check.name(fact.name, here + ".name");
        check.bounded(fact.value, kMaxFactValue, here + ".value");
        check.that(seen.emplace(fact.name, fact.value).second, here, "stands twice");
        check.that(fact.runs <= dependency.runs, here + ".runs", "is more than the runs");
    }
}

void check_gauges(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.size(dependency.gauges.size(), kMaxGauges, path + ".gauges");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < dependency.gauges.size() && !check.failed(); ++i) {
        const WindowGauge& gauge = dependency.gauges[i];
        const std::string here = at(path, "gauges", i);
        check.name(gauge.name, here + ".name");
        check.that(seen.insert(gauge.name).second, here + ".name", "stands twice");
        check.that(std::isfinite(gauge.min), here + ".min", "is not a finite number");
        check.that(std::isfinite(gauge.max), here + ".max", "is not a finite number");
        check.that(std::isfinite(gauge.last), here + ".last", "is not a finite number");
        check.that(!gauge.limit || std::isfinite(*gauge.limit), here + ".limit", "is not a finite number");
        check.that(gauge.min <= gauge.max, here + ".min", "is above max");
    }
}

void check_dependency(Checker& check, const WindowDependency& dependency, const std::string& path) {
    check.name(dependency.dependency, path + ".dependency");
    check.bounded(dependency.kind, kMaxName, path + ".kind");
    check.that(dependency.succeeded <= dependency.runs, path + ".succeeded", "is more than the runs");
    check.that(dependency.suspect <= dependency.runs, path + ".suspect", "is more than the runs");
    check_phases(check, dependency, path);
    check_failures(check, dependency, path);
    check_addresses(check, dependency, path);
    check_facts(check, dependency, path);
    check_gauges(check, dependency, path);
}

void check_labels(Checker& check, const Labels& labels) {
    check.size(labels.size(), kMaxLabels, "labels");
    for (const auto& [name, value] : labels) {
        if (check.failed()) return;
        check.that(!name.empty(), "labels", "a label has no name");
        check.bounded(name, kMaxLabelName, "labels: the name '" + sanitize(name, 32) + "'");
        check.bounded(value, kMaxLabelBytes, "labels." + sanitize(name, kMaxLabelName));
    }
}

void clean(std::string& text, std::size_t limit = kMaxName) {
    std::string cleaned = sanitize(text, limit);
    if (cleaned != text) text = std::move(cleaned);
}

void clean_dependency(WindowDependency& dependency) {
    clean(dependency.dependency);
    clean(dependency.kind);
    for (WindowPhase& phase : dependency.phases)
        clean(phase.name);
    for (WindowAddress& address : dependency.addresses)
        clean(address.address);
    for (WindowFailure& failure : dependency.failures) {
        clean(failure.phase);
        clean(failure.cause);
    }
    for (WindowFact& fact : dependency.facts) {
        clean(fact.name);
        clean(fact.value, kMaxFactValue);
    }
    for (WindowGauge& gauge : dependency.gauges)
        clean(gauge.name);
}

}  // namespace

Result<void> check_bounds(const Window& window) {
    Checker check;
    check.name(window.agent, "agent");
    check.that(window.length > window.length.zero(), "seconds", "is not above 0");
    check.that(window.length <= kLongestWindow, "seconds", "is longer than a day");
    check.that(window.task_age >= window.task_age.zero(), "task_age_s", "is negative");
    check_labels(check, window.labels);
    check.size(window.dependencies.size(), kMaxDependencies, "dependencies");
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < window.dependencies.size() && !check.failed(); ++i) {
        const std::string path = fmt::format("dependencies[{}]", i);
        const WindowDependency& dependency = window.dependencies[i];
        check.that(seen.insert(dependency.dependency).second, path + ".dependency", "stands twice");
        check_dependency(check, dependency, path);
    }
    return check.result();
}

void sanitize_texts(Window& window) {
    clean(window.agent);
    Labels labels;
    for (const auto& [name, value] : window.labels) {
        labels.emplace(sanitize(name, kMaxLabelName), sanitize(value, kMaxLabelBytes));
    }
    window.labels = std::move(labels);
    for (WindowDependency& dependency : window.dependencies)
        clean_dependency(dependency);
}

}  // namespace plumb
