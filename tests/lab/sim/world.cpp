#include "tests/lab/sim/world.hpp"

#include "tests/lab/sim/random.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr int kZones = 3;
constexpr int kMostTasks = 2000;

Dependency secured(const char* name, const char* kind, double rtt_ms, const char* last, double work_ms) {
    Dependency out;
    out.name = name;
    out.kind = kind;
    out.rtt_ms = rtt_ms;
    out.phases = {{"resolve", 1.2, 0}, {"connect", 0.1, 1}, {"handshake", 2.5, 2}, {last, work_ms, 1}};
    out.failure_phase = 3;
    out.load_share = 0.5;
    const bool far = rtt_ms > 5;
    out.facts = {{"dns.scope", FactClass::must_match, far ? "public" : "private"},
                 {"tls.version", FactClass::must_match, "TLSv1.3"}};
    return out;
}

Dependency database() {
    Dependency out = secured("database", "postgres", 0.6, "query", 8);
    out.phases.insert(out.phases.begin() + 3, {"authenticate", 5, 2});
    out.failure_phase = 4;
    out.facts.insert(out.facts.end(), {{"postgres.server_version", FactClass::ordered, "15.4"},
                                       {"postgres.system", FactClass::must_differ, "of the environment"},
                                       {"postgres.timezone", FactClass::must_match, "UTC"}});
    out.gauges = {{"postgres.connections", 200, true, 0.45, 0, 0.02}};
    return out;
}

Dependency cache() {
    Dependency out = secured("cache", "redis", 0.5, "ping", 3);
    out.phases.insert(out.phases.begin() + 3, {"authenticate", 1.5, 1});
    out.failure_phase = 4;
    out.facts.insert(out.facts.end(), {{"redis.version", FactClass::ordered, "7.2.4"},
                                       {"redis.maxmemory_policy", FactClass::must_match, "allkeys-lru"},
                                       {"redis.role_epoch", FactClass::must_agree, "of the environment"}});
    out.gauges = {{"redis.clients", 10000, true, 0.3, 0, 0.01}, {"redis.memory", 4e9, false, 0.7, 0, 0.02}};
    return out;
}

Dependency the_task() {
    Dependency out;
    out.name = "task";
    out.kind = "task";
    out.rtt_ms = 0;
    out.facts = {{"task.cpu", FactClass::must_match, "1024"}};
    out.gauges = {{"task.memory", 2e9, true, 0.55, 0, 0.02}};
    return out;
}

void settle(Dependency& each, Random& random) {
    each.baseline_gauges = each.gauges;
    // Another zone costs up to 0.8 ms a round trip, wherever the peer is.
    const auto home = static_cast<int>(random.below(kZones));
    for (int zone = 0; zone < kZones; ++zone) {
        const double extra = zone == home || each.rtt_ms <= 0 ? 0 : random.uniform(0, 0.8) / each.rtt_ms;
        each.zone_factor.push_back(1 + extra);
    }
}

void ride_the_load(World& world, Random& random) {
    constexpr std::array kPeriods{20.0, 120.0, 2880.0};
    world.load_height = random.uniform(0, 0.25);
    world.load_period = kPeriods.at(random.below(kPeriods.size()));
    world.load_phase = random.uniform(0, 1);
}

// The sides have other mixes of zones: some have most tasks in one of them.
int unbalanced_zone(Random& random, int favourite) {
    return random.chance(0.5) ? favourite : static_cast<int>(random.below(kZones));
}

void add_tasks(World& world, Random& random, bool rough) {
    for (const bool candidate : {false, true}) {
        const int count = candidate ? world.fleet.candidate : world.fleet.baseline;
        const bool unbalanced = rough && random.chance(0.4);
        const auto favourite = static_cast<int>(random.below(kZones));
        for (int i = 0; i < count; ++i) {
            const int zone = unbalanced ? unbalanced_zone(random, favourite) : i % kZones;
            world.tasks.push_back(make_task(candidate, i, zone));
        }
    }
}

// A host with a task or two that is slower than others, on one side or the other.
void slow_host(World& world, Random& random) {
    const std::string host = world.tasks.at(random.below(world.tasks.size())).labels.at("host");
    const double slow = random.uniform(1.15, 1.6);
    int left = 2;
    for (Task& task : world.tasks) {
        if (task.labels.at("host") == host && left-- > 0) task.slow = slow;
    }
}

void throttle_some(World& world, Random& random) {
    const auto several = 1 + random.below(1 + world.tasks.size() / 8);
    for (std::size_t i = 0; i < several; ++i) {
        Task& task = world.tasks.at(random.below(world.tasks.size()));
        task.suspect = random.uniform(0.1, 0.7);
        task.suspect_from = static_cast<int>(random.below(static_cast<std::size_t>(world.windows)));
        task.suspect_to = task.suspect_from + 4;
        task.suspect_leak = random.uniform(1, 1.15);
    }
}

}  // namespace

std::string Fleet::name() const {
    return fmt::format("{}x{}", baseline, candidate);
}

Result<Fleet> parse_fleet(std::string_view text) {
    const auto count = [](std::string_view digits) {
        int value = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        const bool whole = failed == std::errc() && end == digits.data() + digits.size();
        return whole && value <= kMostTasks ? value : 0;
    };
    const std::size_t cross = text.find('x');
    const Fleet fleet{count(text.substr(0, cross)),
                      cross == std::string_view::npos ? 0 : count(text.substr(cross + 1))};
    if (fleet.baseline >= 1 && fleet.candidate >= 1) return fleet;
    return Error{"no fleet '", std::string(text),
                 "'; write tasks of the baseline x tasks of the candidate, each 1 to 2000, such as 4x12"};
}

bool Where::picks(const Task& task) const {
    return (task.candidate ? candidate : baseline) && Selector{labels}.matches(task.labels);
}

bool Where::shows_in(int window) const {
    return window >= from && window <= to && (period == 0 || (window - from) % period == 0);
}

Dependency& World::dependency(std::string_view name) {
    for (Dependency& each : dependencies) {
        if (each.name == name) return each;
    }
    throw std::logic_error("the world has no dependency " + std::string(name));
}

// Hosts, subnets and zones cut the tasks differently, so that what is confined to one can be told.
Task make_task(bool candidate, int index, int zone) {
    const char* side = candidate ? "production" : "staging";
    const int turn = index / kZones;
    const std::string az = fmt::format("az{}", zone + 1);
    Task task;
    task.candidate = candidate;
    task.name = fmt::format("{}-{:03}", candidate ? "p" : "s", index);
    task.labels = {{"environment", side},
                   {"service", "checkout"},
                   {"task", task.name},
                   {"zone", az},
                   {"subnet", fmt::format("{}-{}", az, turn % 2 == 0 ? "a" : "b")},
                   {"host", fmt::format("{}-{}-h{}", side, az, turn / 2)},
                   {"revision", "42"},
                   {"image", "sha256:42"}};
    return task;
}

World calm_world(const Fleet& fleet, std::uint64_t seed) {
    Random random(seed_of({seed, 1}));
    World world;
    world.fleet = fleet;
    world.seed = seed;
    add_tasks(world, random, false);
    ride_the_load(world, random);
    world.dependencies = {database(),
                          cache(),
                          secured("payments", "http", 12, "first_byte", 20),
                          secured("geo", "http", 15, "first_byte", 6),
                          secured("mail", "tls", 10, "exchange", 5),
                          secured("orders", "grpc", 0.8, "query", 6),
                          secured("search", "http", 0.7, "first_byte", 12),
                          secured("auth", "http", 0.8, "first_byte", 4),
                          the_task()};
    for (Dependency& each : world.dependencies) {
        settle(each, random);
        each.gap = std::exp(random.uniform(-0.03, 0.03));
        each.failure_rate = each.kind == "task" ? 0 : random.uniform(0, 0.003);
        each.failure_clusters = 0.005;
    }
    return world;
}

World rough_world(const Fleet& fleet, std::uint64_t seed, int dependencies) {
    Random random(seed_of({seed, 2}));
    World world;
    world.fleet = fleet;
    world.seed = seed;
    // One gate in four has runs enough for the ninth decile.
    world.runs = random.chance(0.25) ? 12 : 6;
    world.weather = random.uniform(0.02, 0.06);
    world.memory = random.uniform(0.3, 0.9);
    add_tasks(world, random, true);
    ride_the_load(world, random);
    if (random.chance(0.3)) slow_host(world, random);
    if (random.chance(0.3)) roll_out(world, 2 + static_cast<int>(random.below(4)));
    if (random.chance(0.3)) throttle_some(world, random);
    for (int i = 0; i < dependencies; ++i) {
        Dependency each = secured("", "http", std::exp(random.uniform(std::log(0.4), std::log(20.0))),
                                  "first_byte", std::exp(random.uniform(std::log(1.0), std::log(60.0))));
        each.name = fmt::format("dep-{:03}", i);
        each.spread = random.uniform(0.1, 0.5);
        each.load_share = random.uniform(0, 1);
        each.gap = std::exp(random.uniform(-0.03, 0.03));
        each.failure_rate = random.chance(0.6) ? random.uniform(0, 0.01) : 0;
        each.failure_clusters = random.uniform(0.001, 0.02);
        each.failure_phase = random.chance(0.7) ? 3 : 1;
        each.failure_cause = each.failure_phase == 3 ? "peer.timeout" : "tcp.timeout";
        each.facts.resize(1);
        if (i % 10 == 0) each.gauges = {{"slots", 500, true, random.uniform(0.2, 0.7), 0, 0.02}};
        settle(each, random);
        world.dependencies.push_back(std::move(each));
    }
    return world;
}

void roll_out(World& world, int from) {
    std::vector<Task> fresh;
    int position = 0;
    for (Task& task : world.tasks) {
        if (!task.candidate) continue;
        task.last = from + position++ % 3;
        task.goodbye = true;
        Task next = task;
        next.first = task.last + 1;
        next.last = kAlways;
        next.goodbye = false;
        next.name += "n";
        next.labels["task"] = next.name;
        next.labels["revision"] = "43";
        next.labels["image"] = "sha256:43";
        next.age_windows = 1;
        next.cold = true;
        next.suspect = 0;
        fresh.push_back(std::move(next));
    }
    world.tasks.insert(world.tasks.end(), fresh.begin(), fresh.end());
}

}  // namespace plumb::lab
