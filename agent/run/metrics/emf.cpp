#include "agent/run/metrics/emf.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace plumb::agent {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostMetrics = 100;
constexpr std::size_t kMostOfName = 255;
constexpr std::size_t kMostOfValue = 1024;

// Other bytes than visible ASCII and spaces as in a URL, and so the escape itself.
std::string ascii(std::string_view text, std::size_t most) {
    std::string out;
    for (const char c : text) {
        // A dimension must not begin with a colon.
        const bool plain = c >= ' ' && c <= '~' && c != '%' && !(c == ':' && out.empty());
        const auto part = plain
                              ? std::string(1, c)
                              : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        if (out.size() + part.size() > most) break;
        out += part;
    }
    return out;
}

struct Metric {
    std::string name;
    const char* unit;  // one that CloudWatch knows
    double value;
};

// The metrics of one dependency, and what they are of.
class Record {
  public:
    void metric(std::string_view name, const char* unit, double value) {
        if (std::isfinite(value)) metrics_.push_back({ascii(name, kMostOfName), unit, value});
    }
    void dimension(const char* name, std::string_view value) {
        if (!trim(value).empty()) dimensions_.emplace_back(name, ascii(value, kMostOfValue));
    }

    std::string lines(std::chrono::system_clock::time_point at) const {
        std::string out;
        for (std::size_t from = 0; from < metrics_.size(); from += kMostMetrics)
            out += line(from, std::min(from + kMostMetrics, metrics_.size()), at);
        return out;
    }

  private:
    std::string line(std::size_t from, std::size_t to, std::chrono::system_clock::time_point at) const {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
        json::array names;
        json::array declared;
        json::object root;
        root["_aws"] = nullptr;  // first
        for (const auto& [name, value] : dimensions_) {
            names.emplace_back(name);
            root[name] = value;
        }
        for (std::size_t i = from; i < to; ++i) {
            const auto& [name, unit, value] = metrics_[i];
            declared.push_back(json::object{{"Name", name}, {"Unit", unit}});
            // Whole numbers without an exponent: people read these lines, too.
            const bool whole = value == std::floor(value) && std::abs(value) < 9e15;
            root[name] = whole ? json::value(static_cast<std::int64_t>(value)) : json::value(value);
        }
        json::object directive;
        directive["Namespace"] = "Plumbline";
        directive["Dimensions"] = json::array{std::move(names)};
        directive["Metrics"] = std::move(declared);
        root["_aws"] =
            json::object{{"Timestamp", ms}, {"CloudWatchMetrics", json::array{std::move(directive)}}};
        return json::serialize(root) + "\n";
    }

    std::vector<Metric> metrics_;
    std::vector<std::pair<const char*, std::string>> dimensions_;
};

std::string_view label(const Labels& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string_view() : std::string_view(found->second);
}

// Of a gauge's unit as a catalog tells it. A ratio has none: as a percentage its value would be another than
// everywhere else.
const char* cloudwatch_unit(std::string_view unit) {
    if (unit == "bytes") return "Bytes";
    if (unit == "s") return "Seconds";
    if (unit == "1/s") return "Count/Second";
    if (unit.empty() || unit == "ratio" || unit == "cores") return "None";
    return "Count";  // connections, processes, ports …
}

const char* unit_of(std::string_view gauge, std::string_view kind, std::span<const Kind> kinds) {
    for (const auto& each : kinds) {
        if (each.name != kind) continue;
        for (const auto& info : each.catalog.gauges) {
            if (is_instance(gauge, info.name)) return cloudwatch_unit(info.unit);
        }
    }
    return "None";
}

// "listeners.18011.queue" is "listeners.queue".
std::string without_numbers(std::string_view gauge) {
    std::string out;
    for (const auto part : split(gauge, '.')) {
        if (part.find_first_not_of("0123456789") == std::string_view::npos) continue;
        if (!out.empty()) out += '.';
        out += part;
    }
    return out.empty() ? std::string(gauge) : out;
}

double fullness(const WindowGauge& gauge) {
    return gauge.limit && *gauge.limit > 0 ? gauge.last / *gauge.limit : gauge.last;
}

void add_gauges(const WindowDependency& from, std::span<const Kind> kinds, Record& to) {
    std::map<std::string, const WindowGauge*> fullest;
    for (const auto& gauge : from.gauges) {
        auto& kept = fullest[without_numbers(gauge.name)];
        if (kept == nullptr || fullness(gauge) > fullness(*kept)) kept = &gauge;
    }
    for (const auto& [name, gauge] : fullest) {
        to.metric(name, unit_of(gauge->name, from.kind, kinds), gauge->last);
        if (gauge->limit && *gauge->limit > 0)
            to.metric(name + ".percent", "Percent", 100 * fullness(*gauge));
    }
}

void add_runs(const WindowDependency& from, Record& to) {
    if (from.runs == 0 || from.kind == "task") return;
    const auto failed = static_cast<double>(from.runs - std::min(from.succeeded, from.runs));
    to.metric("runs", "Count", static_cast<double>(from.runs));
    to.metric("failures", "Count", failed);
    to.metric("failed_percent", "Percent", 100 * failed / static_cast<double>(from.runs));
    for (const auto& phase : from.phases) {
        if (phase.clean.count() == 0) continue;
        to.metric(phase.name + ".p50", "Milliseconds", phase.clean.quantile(0.5) / 1e6);
        to.metric(phase.name + ".p99", "Milliseconds", phase.clean.quantile(0.99) / 1e6);
    }
}

// Failed looks of a check make it fail.
void add_checks(const WindowDependency& from, Record& to) {
    if (from.kind != "task") return;
    std::uint64_t failed = 0;
    for (const auto& failure : from.failures)
        failed += failure.count > 0 ? 1 : 0;
    to.metric("failed_checks", "Count", static_cast<double>(failed));
}

}  // namespace

std::string embedded_metrics(const Window& window, std::span<const Kind> kinds) {
    std::string out;
    for (const auto& from : window.dependencies) {
        Record record;
        record.dimension("environment", label(window.labels, "environment"));
        record.dimension("service", label(window.labels, "service"));
        record.dimension("dependency", from.dependency);
        add_runs(from, record);
        add_checks(from, record);
        add_gauges(from, kinds, record);
        out += record.lines(window.start + window.length);
    }
    return out;
}

}  // namespace plumb::agent
