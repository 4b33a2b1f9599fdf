#include "tests/lab/net/plan.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

struct Known {
    const char* name;
    ServerKind kind;
    int host;  // last byte of the address
    std::uint16_t port;
    const char* target;
};

constexpr int kMostInZone = 244;  // addresses from .11 on
constexpr const char* kPartnerHost = "api.partner.example";

const std::vector<Known>& known_servers() {
    static const std::vector<Known> known{
        {"resolver", ServerKind::dnsmasq, 53, 53, "dns://database.internal"},
        {"database", ServerKind::postgres, 10, 5432,
         "postgres://app:the%20lab%27s%20own@database.internal:5432/shop"},
        {"pooler", ServerKind::pgbouncer, 11, 6432,
         "postgres://app:the%20lab%27s%20own@pooler.internal:6432/shop"},
        {"cache", ServerKind::redis, 20, 6379, "redis://cache.internal:6379/0"},
        {"sessions", ServerKind::redis, 21, 6380, "rediss://sessions.internal:6380/0"},
        {"payments", ServerKind::nginx, 30, 443, "https://payments.internal/"},
        {"search", ServerKind::nginx, 40, 80, "http://search.internal/"},
        {"orders", ServerKind::nginx, 50, 9000, "tcp://orders.internal:9000"},
        {"assets", ServerKind::nginx, 60, 80, "http://assets.internal/"},
        {"partner", ServerKind::nginx, 1, 443, "https://api.partner.example/"},
    };
    return known;
}

const Known* find_known(const std::string& server) {
    for (const auto& one : known_servers()) {
        if (server == one.name) return &one;
    }
    return nullptr;
}

}  // namespace

std::string no_task_of(const std::string& environment) {
    return "no task of " + environment + " has these labels";
}

const std::vector<std::string>& server_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& one : known_servers())
            all.emplace_back(one.name);
        return all;
    }();
    return names;
}

std::optional<Place> find_place(const std::string& server, int environment) {
    const auto* found = find_known(server);
    if (found == nullptr) return std::nullopt;
    Place place;
    place.kind = found->kind;
    place.name = server;
    place.port = found->port;
    place.tls = found->port == 443 || found->port == 6380;
    if (server == "partner") {
        place.addresses = {fmt::format("52.10.{}.1", environment)};
        return place;
    }
    place.addresses = {fmt::format("10.{}.0.{}", environment, found->host)};
    if (server == "assets") {
        place.addresses.push_back(fmt::format("10.{}.0.{}", environment, found->host + 1));
        place.unlisted = {fmt::format("52.10.{}.2", environment)};
    }
    return place;
}

Place place_of(const std::string& server, int environment) {
    return find_place(server, environment).value();
}

std::string target_of(const std::string& server) {
    const auto* found = find_known(server);
    return found == nullptr ? "" : found->target;
}

std::string host_of(const std::string& server) {
    return server == "partner" ? kPartnerHost : server + ".internal";
}

TaskPlan make_task(const EnvironmentPlan& plan, const std::string& zone, int number,
                   const std::map<std::string, std::string>& targets) {
    TaskPlan task;
    task.name = fmt::format("{}-{}{}", plan.name, zone, number);
    task.zone = zone;
    if (number > kMostInZone) throw std::runtime_error("no address is left for another task");
    task.address = fmt::format("10.{}.{}.{}", plan.number, zone.at(0) - 'a' + 1, 10 + number);
    task.labels = {{"task", task.name},
                   {"zone", zone},
                   {"subnet", "private-" + zone},
                   {"host", fmt::format("{}-host-{}{}", plan.name, zone, number)},
                   {"revision", "41"},
                   {"image", "sha256:41"}};
    task.targets = targets;
    return task;
}

EnvironmentPlan plain_plan(const std::string& name, const FleetSpec& fleet,
                           const std::map<std::string, std::string>& targets) {
    EnvironmentPlan plan;
    plan.name = name;
    plan.number = name == "staging" ? 1 : 2;
    for (const auto& server : server_names()) {
        const auto place = place_of(server, plan.number);
        plan.names[host_of(server)].addresses = place.addresses;
        if (place.kind == ServerKind::nginx) plan.sites[server].place = place;
    }
    plan.redis = {"maxclients 100", "maxmemory 64mb", "maxmemory-policy allkeys-lru"};
    plan.pgbouncer = {"pool_mode = transaction", "default_pool_size = 10", "max_client_conn = 60"};
    for (const auto& zone : fleet.zones) {
        for (int number = 1; number <= fleet.each; ++number) {
            plan.tasks.push_back(make_task(plan, zone, number, targets));
            plan.tasks.back().look = fleet.look;
        }
    }
    return plan;
}

}  // namespace plumb::lab
