#include "model/window.hpp"

#include <cmath>
#include <string_view>

namespace plumb {

namespace {

// Collects the first complaint with the path of the field; every check after it is skipped.
class Checker {
  public:
    void name(const std::string& path, std::string_view value) {
        if (value.empty()) complain(path, "is empty");
        length(path, value, kMaxName);
    }
    void length(const std::string& path, std::string_view value, std::size_t limit) {
        if (value.size() > limit) complain(path, "is longer than " + std::to_string(limit) + " bytes");
    }
    void size(const std::string& path, std::size_t size, std::size_t limit) {
        if (size > limit) complain(path, "has more than " + std::to_string(limit) + " entries");
    }
    void finite(const std::string& path, double value) {
        if (!std::isfinite(value)) complain(path, "is no finite number");
    }
    void complain(const std::string& path, const std::string& what) {
        if (first_.empty()) first_ = path + " " + what;
    }
    Result<void> result() const {
        if (!first_.empty()) return Error{first_};
        return {};
    }

  private:
    std::string first_;
};

void check_parts(Checker& check, const std::string& path, const WindowDependency& dependency) {
    for (const WindowPhase& phase : dependency.phases)
        check.name(path + ".phases.name", phase.name);
    for (const WindowAddress& address : dependency.addresses)
        check.name(path + ".addresses.address", address.address);
    for (const WindowFailure& failure : dependency.failures) {
        check.name(path + ".failures.phase", failure.phase);
        check.name(path + ".failures.cause", failure.cause);
    }
    for (const WindowFact& fact : dependency.facts) {
        check.name(path + ".facts.name", fact.name);
        check.length(path + ".facts.value", fact.value, kMaxFactValue);
    }
    for (const WindowGauge& gauge : dependency.gauges) {
        check.name(path + ".gauges.name", gauge.name);
        check.finite(path + ".gauges.min", gauge.min);
        check.finite(path + ".gauges.max", gauge.max);
        check.finite(path + ".gauges.last", gauge.last);
        check.finite(path + ".gauges.limit", gauge.limit.value_or(0));
    }
}

void check_dependency(Checker& check, const std::string& path, const WindowDependency& dependency) {
    check.name(path + ".dependency", dependency.dependency);
    check.length(path + ".kind", dependency.kind, kMaxName);
    if (dependency.succeeded > dependency.runs) check.complain(path + ".succeeded", "is more than runs");
    if (dependency.suspect > dependency.runs) check.complain(path + ".suspect", "is more than runs");
    check.size(path + ".phases", dependency.phases.size(), kMaxPhases);
    check.size(path + ".addresses", dependency.addresses.size(), kMaxAddresses);
    check.size(path + ".failures", dependency.failures.size(), kMaxFailures);
    check.size(path + ".facts", dependency.facts.size(), kMaxWindowFacts);
    check.size(path + ".gauges", dependency.gauges.size(), kMaxGauges);
    check_parts(check, path, dependency);
}

}  // namespace

Result<void> check_bounds(const Window& window) {
    using namespace std::chrono_literals;
    Checker check;
    check.name("agent", window.agent);
    if (window.length <= 0ms || window.length > 24h) {
        check.complain("length", "is not between 1 ms and 24 h");
    }
    if (window.task_age < 0s) check.complain("task_age", "is negative");
    check.size("labels", window.labels.size(), kMaxLabels);
    for (const auto& [name, value] : window.labels) {
        check.name("labels", name);
        check.length("labels." + name, value, kMaxLabelBytes);
    }
    check.size("dependencies", window.dependencies.size(), kMaxDependencies);
    for (std::size_t i = 0; i < window.dependencies.size() && i < kMaxDependencies; ++i) {
        check_dependency(check, "dependencies[" + std::to_string(i) + "]", window.dependencies[i]);
    }
    return check.result();
}

}  // namespace plumb
