#include "agent/run/metrics/emf.hpp"

#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMetrics = 100;

class Line {
  public:
    // `unit`: one that CloudWatch knows.
    void metric(const std::string& name, const char* unit, double value) {
        if (metrics_.size() >= kMostMetrics || !std::isfinite(value)) return;
        metrics_.push_back(json::object{{"Name", name}, {"Unit", unit}});
        // Whole numbers without an exponent: people read these lines, too.
        const bool whole = value == std::floor(value) && std::abs(value) < 9e15;
        values_[name] = whole ? json::value(static_cast<std::int64_t>(value)) : json::value(value);
    }
    void dimension(const char* name, const std::string& value) {
        if (value.empty()) return;
        dimensions_.emplace_back(name);
        values_[name] = value;
    }
    bool empty() const { return metrics_.empty(); }

    std::string text(std::chrono::system_clock::time_point at) && {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
        json::object directive;
        directive["Namespace"] = "Plumbline";
        directive["Dimensions"] = json::array{std::move(dimensions_)};
        directive["Metrics"] = std::move(metrics_);
        json::object root;
        root["_aws"] =
            json::object{{"Timestamp", ms}, {"CloudWatchMetrics", json::array{std::move(directive)}}};
        for (auto& [name, value] : values_)
            root[name] = std::move(value);
        return json::serialize(root) + "\n";
    }

  private:
    json::array dimensions_;
    json::array metrics_;
    json::object values_;
};

std::string label(const Labels& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
}

void add_runs(const WindowDependency& from, Line& line) {
    if (from.runs == 0 || from.kind == "task") return;
    const auto failed = static_cast<double>(from.runs - std::min(from.succeeded, from.runs));
    line.metric("runs", "Count", static_cast<double>(from.runs));
    line.metric("failures", "Count", failed);
    line.metric("failed_percent", "Percent", 100 * failed / static_cast<double>(from.runs));
    for (const auto& phase : from.phases) {
        if (phase.clean.count() == 0) continue;
        line.metric(phase.name + ".p50", "Milliseconds", phase.clean.quantile(0.5) / 1e6);
        line.metric(phase.name + ".p99", "Milliseconds", phase.clean.quantile(0.99) / 1e6);
    }
}

// Failed looks of a check make it fail.
void add_checks(const WindowDependency& from, Line& line) {
    if (from.kind != "task") return;
    std::uint64_t failed = 0;
    for (const auto& failure : from.failures)
        failed += failure.count > 0 ? 1 : 0;
    line.metric("failed_checks", "Count", static_cast<double>(failed));
}

}  // namespace

std::string embedded_metrics(const Window& window) {
    std::string out;
    for (const auto& from : window.dependencies) {
        Line line;
        add_runs(from, line);
        add_checks(from, line);
        for (const auto& gauge : from.gauges) {
            line.metric(gauge.name, "None", gauge.last);
            if (gauge.limit && *gauge.limit > 0)
                line.metric(gauge.name + ".percent", "Percent", 100 * gauge.last / *gauge.limit);
        }
        if (line.empty()) continue;
        line.dimension("environment", label(window.labels, "environment"));
        line.dimension("service", label(window.labels, "service"));
        line.dimension("dependency", from.dependency);
        out += std::move(line).text(window.start + window.length);
    }
    return out;
}

}  // namespace plumb::agent
