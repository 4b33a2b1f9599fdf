#include "probes/task/identity/ecs.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "model/labels.hpp"

#include <cmath>

#include <boost/json.hpp>

namespace plumb::task {
namespace {

namespace json = boost::json;

// Reads of one object, forgiving: what is not there, or of another type, is nothing.
class Fields {
  public:
    explicit Fields(const json::value* value)
        : object_(value != nullptr && value->is_object() ? &value->get_object() : nullptr) {}

    const json::value* at(std::string_view name) const {
        return object_ == nullptr ? nullptr
                                  : object_->if_contains(json::string_view(name.data(), name.size()));
    }
    Fields in(std::string_view name) const { return Fields(at(name)); }

    std::string text(std::string_view name) const {
        const auto* value = at(name);
        if (value == nullptr || !value->is_string()) return {};
        const auto& found = value->get_string();
        return sanitize(std::string_view(found.data(), found.size()), kMaxLabelBytes);
    }

    // A count or an amount: never negative.
    std::optional<double> number(std::string_view name) const {
        const auto* value = at(name);
        if (value == nullptr || !value->is_number()) return std::nullopt;
        boost::system::error_code error;
        const auto found = value->to_number<double>(error);
        if (error || !std::isfinite(found) || found < 0) return std::nullopt;
        return found;
    }

    explicit operator bool() const { return object_ != nullptr; }
    const json::object& object() const { return *object_; }

  private:
    const json::object* object_;
};

std::string last_segment(const std::string& arn) {
    return arn.substr(arn.rfind('/') + 1);
}

void read_network(const json::value* networks, EcsContainer& out) {
    if (networks == nullptr || !networks->is_array() || networks->get_array().empty()) return;
    const Fields first(&networks->get_array().front());
    out.network_mode = first.text("NetworkMode");
    out.subnet = first.text("IPv4SubnetCIDRBlock");
}

EcsContainer container_of(const json::value& value) {
    const Fields fields(&value);
    EcsContainer out;
    out.id = fields.text("DockerId");
    out.name = fields.text("Name");
    out.image = fields.text("Image");
    out.image_digest = fields.text("ImageID");
    out.type = fields.text("Type");
    out.desired_status = fields.text("DesiredStatus");
    out.known_status = fields.text("KnownStatus");
    out.cpu_units = fields.in("Limits").number("CPU");
    out.memory_mib = fields.in("Limits").number("Memory");
    // Where a definition sets none, ECS says 0, or Docker's least of 2 units.
    if (out.cpu_units && *out.cpu_units <= 2) out.cpu_units.reset();
    if (out.memory_mib && *out.memory_mib == 0) out.memory_mib.reset();
    if (const auto started = parse_time(fields.text("StartedAt"))) out.started = *started;
    read_network(fields.at("Networks"), out);
    return out;
}

void read_containers(const json::value* list, EcsTask& out) {
    if (list == nullptr || !list->is_array()) return;
    for (const auto& each : list->get_array()) {
        if (out.containers.size() == kMaxContainers) return;
        if (each.is_object()) out.containers.push_back(container_of(each));
    }
}

// What stands for "no limit": the kernel's largest number, rounded to pages.
constexpr double kNoLimit = 1e18;

EcsUse use_of(const json::value& value) {
    const Fields fields(&value);
    EcsUse out;
    if (const auto read = parse_time(fields.text("read"))) out.read = *read;
    const auto memory = fields.in("memory_stats");
    const auto details = memory.in("stats");
    const auto used = memory.number("usage");
    out.page_cache = details.number("total_inactive_file");
    if (!out.page_cache) out.page_cache = details.number("inactive_file");
    if (used) out.memory = std::max(0.0, *used - out.page_cache.value_or(0));
    out.memory_peak = memory.number("max_usage");
    if (out.memory_peak && *out.memory_peak == 0) out.memory_peak.reset();
    out.memory_limit = memory.number("limit");
    if (out.memory_limit && (*out.memory_limit >= kNoLimit || *out.memory_limit == 0))
        out.memory_limit.reset();
    const auto cpu = fields.in("cpu_stats");
    if (const auto total = cpu.in("cpu_usage").number("total_usage")) out.cpu_seconds = *total / 1e9;
    out.periods = cpu.in("throttling_data").number("periods");
    out.throttled = cpu.in("throttling_data").number("throttled_periods");
    out.pids = fields.in("pids_stats").number("current");
    return out;
}

std::optional<json::value> parsed(std::string_view text) {
    boost::system::error_code error;
    auto root = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !root.is_object()) return std::nullopt;
    return root;
}

}  // namespace

bool is_of_the_platform(const EcsContainer& container) {
    // Those that stand in no task definition have a random end, and are "NORMAL" all the same.
    return (!container.type.empty() && container.type != "NORMAL") ||
           container.name.starts_with("ecs-service-connect-") ||
           container.name.starts_with("aws-guardduty-agent-");
}

std::optional<EcsContainer> parse_ecs_container(std::string_view text) {
    const auto root = parsed(text);
    if (!root) return std::nullopt;
    auto container = container_of(*root);
    if (container.name.empty()) return std::nullopt;
    return container;
}

std::optional<EcsTask> parse_ecs_task(std::string_view text) {
    const auto root = parsed(text);
    if (!root) return std::nullopt;
    const Fields fields(&*root);
    EcsTask out;
    const auto arn = fields.text("TaskARN");
    out.id = last_segment(arn);
    if (const auto place = place_of_arn(arn)) out.place = *place;
    out.cluster = last_segment(fields.text("Cluster"));
    out.family = fields.text("Family");
    out.revision = fields.text("Revision");
    out.service = fields.text("ServiceName");
    out.zone = fields.text("AvailabilityZone");
    out.launch_type = fields.text("LaunchType");
    out.vpc = fields.text("VPCID");
    out.desired_status = fields.text("DesiredStatus");
    out.known_status = fields.text("KnownStatus");
    out.vcpus = fields.in("Limits").number("CPU");
    out.memory_mib = fields.in("Limits").number("Memory");
    out.storage_mib = fields.in("EphemeralStorageMetrics").number("Reserved");
    out.storage_used_mib = fields.in("EphemeralStorageMetrics").number("Utilized");
    out.clock_status = fields.in("ClockDrift").text("ClockSynchronizationStatus");
    out.clock_error_bound_ms = fields.in("ClockDrift").number("ClockErrorBound");
    read_containers(fields.at("Containers"), out);
    return out;
}

std::map<std::string, EcsUse> parse_ecs_stats(std::string_view text) {
    std::map<std::string, EcsUse> out;
    const auto root = parsed(text);
    if (!root) return out;
    for (const auto& [id, value] : root->get_object()) {
        // A container that has not started yet has null.
        if (!value.is_object() || out.size() == kMaxContainers) continue;
        out.emplace(sanitize(std::string_view(id.data(), id.size()), kMaxLabelBytes), use_of(value));
    }
    return out;
}

}  // namespace plumb::task
