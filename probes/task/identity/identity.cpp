#include "probes/task/identity/identity.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/task/identity/facts.hpp"
#include "probes/task/identity/metadata_client.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr const char* kEcsVariable = "ECS_CONTAINER_METADATA_URI_V4";
constexpr const char* kEc2Endpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT";  // as the SDKs name it
constexpr const char* kEc2Default = "http://169.254.169.254";
constexpr std::size_t kMaxSmallFile = 64 << 10;

void tell(Identity& identity, const FactInfo& info, std::string_view value) {
    if (value.empty()) return;
    identity.facts.push_back({std::string(info.name), info.cls, sanitize(value, kMaxFactValue)});
}

void label(Identity& identity, const char* name, const std::string& value) {
    if (!value.empty()) identity.labels.emplace(name, sanitize(value, kMaxLabelBytes));
}

std::string host_name() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "unknown";
    return sanitize(buffer.data(), kMaxLabelBytes);
}

const EcsContainer* find_container(const EcsTask& task, const std::string& name) {
    const auto found = std::find_if(task.containers.begin(), task.containers.end(),
                                    [&](const EcsContainer& each) { return each.name == name; });
    return found == task.containers.end() ? nullptr : &*found;
}

// The first container of the definition that is neither ours nor the platform's own.
const EcsContainer* first_other(const EcsTask& task, const std::string& own) {
    const auto found =
        std::find_if(task.containers.begin(), task.containers.end(),
                     [&](const EcsContainer& each) { return each.name != own && !is_of_the_platform(each); });
    return found == task.containers.end() ? nullptr : &*found;
}

const EcsContainer* app_of(const std::optional<EcsContainer>& own, const EcsTask& task,
                           const std::string& configured, bool alone) {
    if (const auto* named = find_container(task, configured)) return named;
    if (!own) return nullptr;
    const auto* mine = find_container(task, own->name);
    if (mine != nullptr && !alone) return mine;
    const auto* other = first_other(task, own->name);
    return other != nullptr ? other : mine;
}

// No app is to be seen in the container that the agent runs in.
bool is_alone(const WhoAsks& who) {
    const auto app = find_app_process(who.places, who.self);
    return !app || !app->own_container;
}

// Where only the agent is to be seen, the container may be its own.
OwnContainer when_not_told(bool alone) {
    return alone ? OwnContainer::unknown : OwnContainer::of_the_app;
}

std::string limits_of(const EcsContainer& container) {
    std::string words;
    if (container.cpu_units) words = fmt::format("{:.0f} CPU units", *container.cpu_units);
    if (!container.memory_mib) return words;
    return words + fmt::format("{}{:.0f} MiB", words.empty() ? "" : ", ", *container.memory_mib);
}

// The platform's own containers come and go with its settings.
std::string names_of(const EcsTask& task) {
    std::vector<std::string> names;
    for (const auto& each : task.containers) {
        if (!is_of_the_platform(each)) names.push_back(each.name);
    }
    std::sort(names.begin(), names.end());
    std::string list;
    for (const auto& name : names)
        list += (list.empty() ? "" : ", ") + name;
    return list;
}

void tell_task(const EcsTask& task, Identity& out) {
    tell(out, kEcsCluster, task.cluster);
    tell(out, kEcsService, task.service.empty() ? task.family : task.service);
    tell(out, kEcsFamily, task.family);
    tell(out, kEcsRevision, task.revision);
    tell(out, kEcsTask, task.id);
    tell(out, kEcsZone, task.zone);
    tell(out, kEcsVpc, task.vpc);
    tell(out, kEcsLaunchType, task.launch_type);
    tell(out, kEcsDesired, task.desired_status);
    tell(out, kEcsKnown, task.known_status);
    tell(out, kEcsClock, task.clock_status);
    tell(out, kEcsContainers, names_of(task));
    if (task.vcpus) tell(out, kEcsCpu, fmt::format("{:.10g}", *task.vcpus));
    if (task.memory_mib) tell(out, kEcsMemory, fmt::format("{:.0f} MiB", *task.memory_mib));
    label(out, "task", task.id);
    label(out, "cluster", task.cluster);
    label(out, "service", task.service.empty() ? task.family : task.service);
    label(out, "revision", task.revision);
    label(out, "zone", task.zone);
}

void tell_app(const EcsContainer& app, Identity& out) {
    out.app = app.name;
    out.app_id = app.id;
    out.app_started = app.started;
    tell(out, kEcsApp, app.name);
    tell(out, kEcsImage, app.image);
    tell(out, kEcsImageDigest, app.image_digest);
    tell(out, kEcsAppLimits, limits_of(app));
    tell(out, kEcsNetworkMode, app.network_mode);
    label(out, "image", app.image_digest);
}

// With awsvpc all containers share the network of the task.
void tell_subnet(const EcsTask& task, Identity& out) {
    for (const auto& container : task.containers) {
        if (container.subnet.empty()) continue;
        tell(out, kEcsSubnet, container.subnet);
        label(out, "subnet", container.subnet);
        return;
    }
}

std::optional<Url> endpoint(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    auto parsed = parse_url(*text);
    if (!parsed || parsed->scheme != "http" || parsed->host.empty()) return std::nullopt;
    return *std::move(parsed);
}

boost::asio::awaitable<std::string> get(Services& services, const Url& url, const char* path,
                                        Clock::time_point deadline) {
    MetadataRequest request;
    request.url = url;
    request.path = path;
    co_return co_await ask_metadata(services, request, deadline);
}

boost::asio::awaitable<Identity> identify_ecs(Services& services, const Url& url, const WhoAsks& who,
                                              Clock::time_point deadline) {
    const bool alone = is_alone(who);
    // The one document that says most comes first; the other has what time is left.
    const auto body = co_await get(services, url, "/task", deadline);
    const auto task = parse_ecs_task(body);
    Identity out;
    if (task) {
        const auto own = parse_ecs_container(co_await get(services, url, "", deadline));
        out = identity_of_ecs(own, *task, who.app, alone);
        out.complete = own.has_value();
        if (!own) tell(out, kMetadata, "no answer about the agent's own container");
    } else {
        out.complete = false;
        out.container = when_not_told(alone);
        tell(out, kMetadata, body.empty() ? "no answer" : "the answer is not what ECS documents");
    }
    tell(out, kPlatform, "ECS");
    co_return out;
}

boost::asio::awaitable<Identity> identify_ec2(Services& services, const Url& url,
                                              Clock::time_point deadline) {
    Identity out;
    tell(out, kPlatform, "EC2");
    MetadataRequest request;
    request.url = url;
    request.method = "PUT";
    request.path = "/latest/api/token";
    request.headers.emplace_back("X-aws-ec2-metadata-token-ttl-seconds", "60");
    const auto token = co_await ask_metadata(services, request, deadline);
    if (token.empty() || token.size() > 256 || !is_visible_ascii(token)) {
        out.complete = false;
        tell(out, kMetadata, "no answer");
        co_return out;
    }
    request.method = "GET";
    request.headers.clear();
    request.headers.emplace_back("X-aws-ec2-metadata-token", token);
    struct Item {
        const char* path;
        const FactInfo* fact;
        const char* label;
    };
    constexpr std::array<Item, 4> kItems{{{"instance-id", &kEc2Instance, "host"},
                                          {"instance-type", &kEc2Type, nullptr},
                                          {"placement/availability-zone", &kEc2Zone, "zone"},
                                          {"ami-id", &kEc2Image, nullptr}}};
    for (const auto& item : kItems) {
        request.path = std::string("/latest/meta-data/") + item.path;
        const auto value = co_await ask_metadata(services, request, deadline);
        tell(out, *item.fact, value);
        if (item.label != nullptr) label(out, item.label, value);
    }
    co_return out;
}

bool on_ec2(const Places& places) {
    const auto vendor = read_file(places.sys + "/class/dmi/id/sys_vendor", kMaxSmallFile);
    return vendor && trim(*vendor) == "Amazon EC2";
}

}  // namespace

Identity identity_of_ecs(const std::optional<EcsContainer>& own, const EcsTask& task,
                         const std::string& configured_app, bool alone) {
    Identity out;
    tell_task(task, out);
    tell_subnet(task, out);
    out.place = task.place;
    if (own) {
        out.own = own->name;
        tell(out, kEcsContainer, own->name);
    }
    out.container = when_not_told(alone);
    if (const auto* app = app_of(own, task, configured_app, alone)) {
        tell_app(*app, out);
        if (own)
            out.container = app->name == own->name ? OwnContainer::of_the_app : OwnContainer::of_the_agent;
    }
    out.ecs = task;
    return out;
}

Identity identity_of_pod(const ReadVariable& variable, std::string_view labels_file) {
    Identity out;
    tell(out, kPlatform, "Kubernetes");
    const auto pod = variable("POD_NAME").value_or("");
    const auto node = variable("NODE_NAME").value_or("");
    tell(out, kPod, pod);
    tell(out, kNamespace, variable("POD_NAMESPACE").value_or(""));
    tell(out, kNode, node);
    label(out, "task", pod);
    label(out, "host", node);
    std::map<std::string, std::string, std::less<>> labels;
    for (const auto line : split(labels_file, '\n')) {
        // app="checkout"
        const auto equals = line.find("=\"");
        if (equals == std::string_view::npos || !line.ends_with('"') || line.size() < equals + 3) continue;
        labels.emplace(line.substr(0, equals), line.substr(equals + 2, line.size() - equals - 3));
    }
    for (const char* name : {"app.kubernetes.io/name", "app", "k8s-app"}) {
        if (const auto found = labels.find(name); found != labels.end()) label(out, "service", found->second);
    }
    if (const auto hash = labels.find("pod-template-hash"); hash != labels.end())
        label(out, "revision", hash->second);
    if (const auto zone = labels.find("topology.kubernetes.io/zone"); zone != labels.end())
        label(out, "zone", zone->second);
    return out;
}

boost::asio::awaitable<Identity> identify(Services& services, ReadVariable variable, WhoAsks who,
                                          std::chrono::nanoseconds limit) {
    const auto deadline = Clock::now() + limit;
    Identity out;
    if (const auto ecs = endpoint(variable(kEcsVariable))) {
        out = co_await identify_ecs(services, *ecs, who, deadline);
    } else if (variable("KUBERNETES_SERVICE_HOST")) {
        const auto labels = read_regular_file(who.places.root + "/etc/podinfo/labels", kMaxSmallFile);
        out = identity_of_pod(variable, labels ? *labels : std::string());
        if (begins_with_no_app(who.places)) out.container = when_not_told(is_alone(who));
    } else if (variable(kEc2Endpoint) || on_ec2(who.places)) {
        if (const auto ec2 = endpoint(variable(kEc2Endpoint).value_or(kEc2Default)))
            out = co_await identify_ec2(services, *ec2, deadline);
    } else {
        tell(out, kPlatform, "host");
    }
    const auto host = host_name();
    tell(out, kHostName, host);
    label(out, "task", host);
    co_return out;
}

boost::asio::awaitable<std::map<std::string, EcsUse>> ask_ecs_stats(Services& services, ReadVariable variable,
                                                                    Clock::time_point deadline) {
    std::map<std::string, EcsUse> out;
    if (const auto ecs = endpoint(variable(kEcsVariable))) {
        const auto body = co_await get(services, *ecs, "/task/stats", deadline);
        out = parse_ecs_stats(body);
    }
    co_return out;
}

Catalog identity_catalog() {
    Catalog catalog;
    catalog.facts.assign(std::begin(kIdentityFacts), std::end(kIdentityFacts));
    return catalog;
}

}  // namespace plumb::task
