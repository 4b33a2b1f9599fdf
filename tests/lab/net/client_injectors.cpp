// What somebody else does to the servers: connections that others hold, requests and keys of theirs.
#include "tests/lab/net/injectors.hpp"
#include "tests/lab/net/limits.hpp"
#include "tests/lab/net/shell.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

constexpr std::chrono::seconds kPatience{5};         // with a server that takes no further connection
constexpr std::chrono::seconds kOverflowWithin{20};  // the usual 64 MB take a slow machine some

// As libpq reads a value between quotes.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') out += '\\';
        out += letter;
    }
    return out;
}

[[noreturn]] void takes_no_more(const Place& place, std::size_t taken, int wanted, const std::string& words) {
    throw std::runtime_error(
        fmt::format("fill: {} takes {} connections, not {}; {}", place.name, taken, wanted, words));
}

// Sessions through libpq that wait in a transaction, so that a pooler has to keep a server for each. Beyond
// its pool it answers no BEGIN, and says so only after two minutes.
std::shared_ptr<void> hold_sessions(const Place& place, const EnvironmentPlan& plan, int count) {
    auto held = std::make_shared<std::vector<test::PostgresServer::Held>>();
    for (int i = 0; i < count; ++i) {
        try {
            test::PostgresServer::Held session(
                fmt::format("host={} port={} user=app password='{}' dbname='{}' connect_timeout={}",
                            place.addresses[0], place.port, escaped(plan.postgres.password),
                            escaped(plan.postgres.database), kPatience.count()));
            session.run("BEGIN", kPatience);
            held->push_back(std::move(session));
        } catch (const std::runtime_error& error) {
            takes_no_more(place, held->size(), count, error.what());
        }
    }
    return held;
}

// A connection that Redis has let in; invalid when it refused. Some answer in time, be it an error about
// something else, is a yes.
test::Descriptor redis_client(const Place& place) {
    auto client = connect_to(place.addresses[0], place.port);
    if (!client.valid()) return client;
    const timeval limit{5, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<char, 64> answer{};
    const bool asked = ::send(client.get(), "PING\r\n", 6, MSG_NOSIGNAL) == 6;
    const auto size = asked ? ::recv(client.get(), answer.data(), answer.size(), 0) : 0;
    if (size <= 0 || std::string_view(answer.data(), static_cast<std::size_t>(size)).starts_with("-ERR max"))
        client.reset();
    return client;
}

// Tasks come and go while the last places are taken, so a refusal is not the last word.
std::shared_ptr<void> hold_connections(const Place& place, int count) {
    auto held = std::make_shared<std::vector<test::Descriptor>>();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (static_cast<int>(held->size()) < count) {
        auto client = redis_client(place);
        if (client.valid()) {
            held->push_back(std::move(client));
        } else if (std::chrono::steady_clock::now() >= until) {
            takes_no_more(place, held->size(), count, "the next is refused");
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    return held;
}

Effect read_fill(const yaml::Reader& from) {
    from.expect_keys({"server", "connections"});
    const auto named = find_place(one_of(from, "server", {"database", "pooler", "cache"}));
    const auto count = static_cast<int>(option(from, "connections", 10, kMostConnections));
    Effect effect;
    if (!named) return effect;
    effect.kinds = {named->kind};
    effect.servers = {named->name};
    effect.act = [server = named->name, count](Environment& environment) -> Undo {
        const auto place = place_of(server, environment.plan().number);
        const link::Inside inside(environment.place());
        auto held = std::make_shared<std::shared_ptr<void>>(
            server == "cache" ? hold_connections(place, count)
                              : hold_sessions(place, environment.plan(), count));
        environment.keep(held);
        return [held] { held->reset(); };
    };
    return effect;
}

std::string address_of_cache(const Environment& environment) {
    return place_of("cache", environment.plan().number).addresses[0];
}

// Requests of redis-benchmark: SET and GET of so many keys.
test::ChildSpec benchmark(const std::string& address, const std::string& clients, const std::string& requests,
                          const std::string& keys) {
    test::ChildSpec spec;
    spec.command = {test::program("redis-benchmark"),
                    "-q",
                    "-h",
                    address,
                    "-c",
                    clients,
                    "-n",
                    requests,
                    "-r",
                    keys,
                    "-d",
                    "100",
                    "-t",
                    "set,get"};
    return spec;
}

Effect of_cache(std::function<Undo(Environment&)> act) {
    Effect effect;
    effect.kinds = {ServerKind::redis};
    effect.servers = {"cache"};
    effect.act = std::move(act);
    return effect;
}

Effect read_load(const yaml::Reader& from) {
    from.expect_keys({"server", "clients", "keys"});
    one_of(from, "server", {"cache"}, "cache");
    const auto clients = std::to_string(option(from, "clients", 10, 500));
    const auto keys = std::to_string(option(from, "keys", 10'000, 10'000'000));
    return of_cache([=](Environment& environment) -> Undo {
        const auto words = std::make_shared<test::TempDir>();
        auto spec = benchmark(address_of_cache(environment), clients, "100000000", keys);
        spec.output_file = words->file("log");
        environment.keep(words);
        const auto process = environment.start_helper(spec);
        return [&environment, process] { environment.end_helper(process); };
    });
}

long long evicted_keys(const std::string& address) {
    const auto told = must_run({test::program("redis-cli"), "-h", address, "info", "stats"});
    const std::string key = "evicted_keys:";
    const auto at = told.find(key);
    return at == std::string::npos ? 0 : std::stoll(told.substr(at + key.size()));
}

// Keys are written until some are evicted. Who may not evict refuses the writes, and none ever is.
Effect read_overflow(const yaml::Reader& from) {
    from.expect_keys({"server"});
    one_of(from, "server", {"cache"}, "cache");
    auto effect = of_cache([](Environment& environment) -> Undo {
        const link::Inside inside(environment.place());
        const auto address = address_of_cache(environment);
        const auto until = std::chrono::steady_clock::now() + kOverflowWithin;
        while (evicted_keys(address) == 0) {
            if (std::chrono::steady_clock::now() >= until)
                throw std::runtime_error(
                    "overflow: the cache evicts nothing; a smaller maxmemory and allkeys-lru let it");
            test::run_command({test::program("redis-benchmark"), "-q", "-h", address, "-c", "4", "-n",
                               "50000", "-P", "32", "-r", "100000000", "-d", "1000", "-t", "set"});
        }
        return {};
    });
    effect.stays = true;
    return effect;
}

}  // namespace

std::vector<Injector> client_injectors() {
    return {{"fill", "connections that somebody else holds", read_fill},
            {"load", "requests of somebody else", read_load},
            {"overflow", "somebody else's keys, until the cache evicts some", read_overflow}};
}

}  // namespace plumb::lab
