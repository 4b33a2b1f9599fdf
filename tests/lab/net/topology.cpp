#include "tests/lab/net/topology.hpp"

#include "tests/lab/net/shell.hpp"
#include "tests/link/tun_device.hpp"
#include "tests/support/child_process.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr const char* kGateway = "169.254.1.1";  // of every task and server: the router's end of its wire

void write_setting(const std::string& name, const std::string& value) {
    std::ofstream file("/proc/sys/net/ipv4/" + name);
    file << value << std::flush;
    if (!file.good()) throw std::runtime_error("cannot set " + name);
}

// A reply that comes back by another way than the question went must not be taken for a forgery.
void trust_all_ways() {
    write_setting("conf/all/rp_filter", "0");
    write_setting("conf/default/rp_filter", "0");
}

// For the tools that run beside us: descriptors of ours as they see them.
std::string path_of(const link::Namespace& place) {
    return fmt::format("/proc/{}/fd/{}", ::getpid(), place.descriptor());
}

}  // namespace

struct Topology::SlowWay {
    SlowWay(const link::Namespace& servers, const std::string& name, int number)
        : near(name, fmt::format("10.250.{}.1", number)), far(far_end(servers, name, number)) {}
    static link::TunDevice far_end(const link::Namespace& servers, const std::string& name, int number) {
        const link::Inside there(servers);
        return {name, fmt::format("10.250.{}.2", number)};
    }
    link::TunDevice near;
    link::TunDevice far;
    std::unique_ptr<link::Carrier> carrier;
    std::vector<std::string> rules;  // how ip(8) names them
};

Topology::Topology() {
    trust_all_ways();
    write_setting("ip_forward", "1");
    write_setting("icmp_ratelimit", "0");  // each refused packet is told, not one a second
    ip_batch({fmt::format("addr add {}/32 dev lo", kRouterAddress)});
    nft("add table ip lab; add chain ip lab faults { type filter hook forward priority 0; policy accept; }");
}

std::string Topology::wire_to(const link::Namespace& place, const std::string& address) {
    const auto wire = fmt::format("w{}", ++last_wire_);
    ip_batch({fmt::format("link add name {} type veth peer name eth0 netns {}", wire, path_of(place)),
              fmt::format("addr add {}/32 dev {}", kGateway, wire), fmt::format("link set {} up", wire)});
    const link::Inside inside(place);
    trust_all_ways();
    ip_batch({fmt::format("addr add {}/32 dev eth0", address), "link set eth0 up",
              fmt::format("route add {} dev eth0 scope link", kGateway),
              fmt::format("route add default via {} src {}", kGateway, address)});
    return wire;
}

const link::Namespace& Topology::add_servers(int environment, const std::vector<std::string>& addresses) {
    auto& place = servers_[environment];
    place = std::make_unique<link::Namespace>();
    const auto wire = wire_to(*place, addresses.at(0));
    std::vector<std::string> routes;
    std::vector<std::string> own;
    for (const auto& address : addresses) {
        routes.push_back(fmt::format("route add {}/32 dev {}", address, wire));
        if (address != addresses.at(0)) own.push_back(fmt::format("addr add {}/32 dev eth0", address));
    }
    ip_batch(routes);
    const link::Inside inside(*place);
    if (!own.empty()) ip_batch(own);
    return *place;
}

const link::Namespace& Topology::add_task(const std::string& address) {
    auto& place = tasks_[address];
    place = std::make_unique<link::Namespace>();
    wires_[address] = wire_to(*place, address);
    ip_batch({fmt::format("route add {}/32 dev {}", address, wires_[address])});
    return *place;
}

const link::Namespace& Topology::task(const std::string& address) const {
    return *tasks_.at(address);
}

int Topology::add_rule(const std::string& rule) {
    const auto told = nft("insert rule ip lab faults " + rule);
    const auto at = told.rfind("# handle ");
    if (at == std::string::npos) throw std::runtime_error("nft tells no handle: " + told);
    return std::stoi(told.substr(at + 9));
}

void Topology::remove_rule(int handle) {
    nft(fmt::format("delete rule ip lab faults handle {}", handle));
}

int Topology::add_detour(int environment, const Detour& detour) {
    const int number = ++last_detour_;
    const auto name = fmt::format("slow{}", number);
    auto way = std::make_shared<SlowWay>(*servers_.at(environment), name, number);
    link::WaySpec spec;
    spec.from = way->near.descriptor();
    spec.to = way->far.descriptor();
    spec.delay = detour.delay;
    spec.jitter = detour.jitter;
    spec.loss = detour.loss;
    spec.seed = static_cast<std::uint64_t>(number);
    way->carrier = std::make_unique<link::Carrier>(std::vector{spec});
    const int table = 100 + number;
    std::vector<std::string> lines{fmt::format("route add default dev {} table {}", name, table)};
    for (const auto& from : detour.from) {
        for (const auto& to : detour.to) {
            way->rules.push_back(fmt::format("from {} to {} lookup {}", from, to, table));
            lines.push_back("rule add " + way->rules.back());
        }
    }
    ip_batch(lines);
    slow_ways_[number] = std::move(way);
    return number;
}

void Topology::remove_detour(int number) {
    std::vector<std::string> lines;
    for (const auto& rule : slow_ways_.at(number)->rules)
        lines.push_back("rule del " + rule);
    ip_batch(lines);
    slow_ways_.erase(number);
}

int Topology::add_limit(const std::vector<std::string>& task_addresses, int kilobits) {
    limits_[++last_limit_] = {task_addresses, kilobits};
    for (const auto& task : task_addresses)
        apply_limits(task);
    return last_limit_;
}

void Topology::remove_limit(int number) {
    const auto tasks = limits_.at(number).tasks;
    limits_.erase(number);
    for (const auto& task : tasks)
        apply_limits(task);
}

void Topology::apply_limits(const std::string& task_address) const {
    int narrowest = 0;
    for (const auto& [number, limit] : limits_) {
        const auto& tasks = limit.tasks;
        if (std::find(tasks.begin(), tasks.end(), task_address) == tasks.end()) continue;
        narrowest = narrowest == 0 ? limit.kilobits : std::min(narrowest, limit.kilobits);
    }
    const auto& wire = wires_.at(task_address);
    if (narrowest == 0) {
        must_run({test::program("tc"), "qdisc", "del", "dev", wire, "root"});
        return;
    }
    must_run({test::program("tc"), "qdisc", "replace", "dev", wire, "root", "tbf", "rate",
              fmt::format("{}kbit", narrowest), "burst", "4kb", "latency", "400ms"});
}

int Topology::add_gap(const std::vector<std::string>& task_addresses,
                      const std::vector<std::string>& servers) {
    gaps_[++last_gap_] = {task_addresses, servers};
    change_gap("add", last_gap_);
    return last_gap_;
}

void Topology::remove_gap(int number) {
    change_gap("del", number);
    gaps_.erase(number);
}

// Its number is its metric, so that the same gap can be there twice.
void Topology::change_gap(const char* verb, int number) const {
    const auto& gap = gaps_.at(number);
    std::vector<std::string> lines;
    for (const auto& server : gap.servers)
        lines.push_back(fmt::format("route {} unreachable {}/32 metric {}", verb, server, number));
    for (const auto& address : gap.tasks) {
        const link::Inside inside(task(address));
        ip_batch(lines);
    }
}

}  // namespace plumb::lab
