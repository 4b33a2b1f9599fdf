// Faults on the way between tasks and servers.
#include "tests/lab/net/injectors.hpp"
#include "tests/lab/net/shell.hpp"

#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

// Which packets: from the tasks with these labels to these servers.
struct Way {
    std::vector<std::string> to;
    Labels from;
};

Way read_way(const yaml::Reader& from) {
    return {servers_in(from, "to"), labels_of(from, "from")};
}

std::vector<std::string> addresses_of(const std::vector<std::string>& servers, int environment) {
    std::vector<std::string> addresses;
    for (const auto& server : servers) {
        const auto place = place_of(server, environment);
        addresses.insert(addresses.end(), place.addresses.begin(), place.addresses.end());
        addresses.insert(addresses.end(), place.unlisted.begin(), place.unlisted.end());
    }
    return addresses;
}

std::string match(const Way& way, Environment& environment) {
    return fmt::format("ip saddr {{ {} }} ip daddr {{ {} }} ",
                       fmt::join(environment.addresses_of(way.from), ", "),
                       fmt::join(addresses_of(way.to, environment.plan().number), ", "));
}

// What happens to these packets, in the words of nftables.
Effect rule(Way way, std::string statement) {
    Effect effect;
    effect.servers = way.to;
    effect.act = [way = std::move(way), statement = std::move(statement)](Environment& environment) -> Undo {
        auto& topology = environment.topology();
        const int handle = topology.add_rule(match(way, environment) + statement);
        return [&topology, handle] { topology.remove_rule(handle); };
    };
    return effect;
}

Effect read_drop(const yaml::Reader& from) {
    from.expect_keys({"to", "from"});
    return rule(read_way(from), "drop");
}

Effect read_loss(const yaml::Reader& from) {
    from.expect_keys({"to", "from", "percent"});
    const auto percent = option(from, "percent", 20, 100);
    return rule(read_way(from), fmt::format("numgen random mod 100 < {} drop", percent));
}

Effect read_reject(const yaml::Reader& from) {
    from.expect_keys({"to", "from", "with"});
    const auto with = one_of(from, "with", {"reset", "port", "host", "net", "prohibited"}, "reset");
    if (with == "reset") return rule(read_way(from), "meta l4proto tcp reject with tcp reset");
    return rule(read_way(from), "reject with icmp type " +
                                    (with == "prohibited" ? "admin-prohibited" : with + "-unreachable"));
}

Effect read_delay(const yaml::Reader& from) {
    from.expect_keys({"to", "from", "time", "jitter", "loss"});
    Topology::Detour detour;
    detour.delay = option(from, "time", std::chrono::nanoseconds(0));
    detour.jitter = option(from, "jitter", std::chrono::nanoseconds(0));
    detour.loss = static_cast<double>(from.get("loss") ? option(from, "loss", 1, 100) : 0) / 100;
    if (detour.delay.count() + detour.jitter.count() == 0) from.complain("delay needs a time or a jitter");
    Effect effect;
    const auto way = read_way(from);
    effect.servers = way.to;
    effect.act = [way, detour](Environment& environment) -> Undo {
        auto complete = detour;
        complete.from = environment.addresses_of(way.from);
        complete.to = addresses_of(way.to, environment.plan().number);
        auto& topology = environment.topology();
        const int number = topology.add_detour(environment.plan().number, complete);
        return [&topology, number] { topology.remove_detour(number); };
    };
    return effect;
}

Effect read_rate(const yaml::Reader& from) {
    from.expect_keys({"from", "kbit"});
    const auto kilobits = static_cast<int>(option(from, "kbit", 256, 1'000'000));
    Effect effect;
    effect.act = [labels = labels_of(from, "from"), kilobits](Environment& environment) -> Undo {
        auto& topology = environment.topology();
        const int number = topology.add_limit(environment.addresses_of(labels), kilobits);
        return [&topology, number] { topology.remove_limit(number); };
    };
    return effect;
}

// The table of the tasks themselves lacks the way.
Effect read_no_route(const yaml::Reader& from) {
    from.expect_keys({"to", "from"});
    Effect effect;
    const auto way = read_way(from);
    effect.servers = way.to;
    effect.act = [way](Environment& environment) -> Undo {
        auto& topology = environment.topology();
        const int number = topology.add_gap(environment.addresses_of(way.from),
                                            addresses_of(way.to, environment.plan().number));
        return [&topology, number] { topology.remove_gap(number); };
    };
    return effect;
}

// Its queue is full then.
void await_ready(test::ChildProcess& listener, const std::string& log) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (test::read_whole(log).find("ready") == std::string::npos) {
        if (!listener.running() || std::chrono::steady_clock::now() >= until)
            throw std::runtime_error("no stalled listener: " + test::read_whole(log));
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

// A listener that never accepts and whose queue is full stands in the place of an nginx site.
Effect read_stalled(const yaml::Reader& from) {
    from.expect_keys({"server"});
    const auto server = one_of(from, "server", {"search", "orders", "payments"});
    Effect effect;
    effect.kinds = {ServerKind::nginx};
    effect.servers = {server};
    effect.plan = [server](EnvironmentPlan& plan) {
        if (plan.sites.erase(server) == 0) throw std::runtime_error(server + " is stalled already");
    };
    effect.act = [server](Environment& environment) -> Undo {
        const auto place = place_of(server, environment.plan().number);
        auto words = std::make_shared<test::TempDir>();
        test::ChildSpec spec;
        spec.command = {environment.programs().stalled_listener, place.addresses[0],
                        std::to_string(place.port)};
        spec.output_file = words->file("log");
        environment.keep(words);
        const auto listener = environment.start_helper(spec);
        await_ready(*listener, spec.output_file);
        return [&environment, listener] { environment.end_helper(listener); };
    };
    return effect;
}

}  // namespace

std::vector<Injector> network_injectors() {
    return {{"drop", "packets from tasks to servers vanish", read_drop},
            {"loss", "some of them do", read_loss},
            {"reject", "they are refused, by a reset or by ICMP", read_reject},
            {"delay", "they take a slower way", read_delay},
            {"rate", "what comes to tasks comes through a narrow pipe", read_rate},
            {"no_route", "the tasks' own routing table does not lead there", read_no_route},
            {"stalled", "a server's accept queue is full", read_stalled}};
}

}  // namespace plumb::lab
