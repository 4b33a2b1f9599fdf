// Faults of the servers themselves: how they are set, what they answer, and what became of their processes.
#include "tests/lab/net/injectors.hpp"

#include <array>
#include <csignal>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

const std::vector<std::string> kSites{"payments", "search", "orders", "assets", "partner"};
const std::vector<std::string> kSecured{"payments", "partner", "sessions", "database"};

void append(std::vector<std::string>& to, const std::vector<std::string>& lines) {
    to.insert(to.end(), lines.begin(), lines.end());
}

Effect of_plan(ServerKind kind, std::function<void(EnvironmentPlan&)> change) {
    Effect effect;
    effect.kinds = {kind};
    effect.plan = std::move(change);
    return effect;
}

Effect read_postgres(const yaml::Reader& from) {
    from.expect_keys({"settings", "hba", "password", "database", "sql", "starting_up", "standby", "tls"});
    PostgresPlan wanted;
    wanted.settings = list(from, "settings");
    wanted.hba = option(from, "hba");
    wanted.password = option(from, "password");
    wanted.database = option(from, "database");
    wanted.sql = option(from, "sql");
    wanted.starting_up = flag(from, "starting_up");
    wanted.standby = flag(from, "standby");
    wanted.tls = flag(from, "tls");
    if (wanted.standby && wanted.starting_up)
        from.complain("standby or starting_up: one lets sessions in, the other nobody");
    return of_plan(ServerKind::postgres, [wanted](EnvironmentPlan& plan) {
        auto& postgres = plan.postgres;
        append(postgres.settings, wanted.settings);
        if (!wanted.hba.empty()) postgres.hba = wanted.hba + "\n";
        if (!wanted.password.empty()) postgres.password = wanted.password;
        if (!wanted.database.empty()) postgres.database = wanted.database;
        if (!wanted.sql.empty()) postgres.sql = wanted.sql;
        postgres.starting_up |= wanted.starting_up;
        postgres.standby |= wanted.standby;
        postgres.tls |= wanted.tls;
    });
}

Effect read_redis(const yaml::Reader& from) {
    from.expect_keys({"settings", "replica", "loading"});
    const bool replica = flag(from, "replica");
    const bool loading = flag(from, "loading");
    return of_plan(ServerKind::redis, [=, lines = list(from, "settings")](EnvironmentPlan& plan) {
        append(plan.redis, lines);
        if (replica) plan.redis.emplace_back("replicaof 127.0.0.1 1");  // nobody is there
        plan.redis_loads |= loading;
    });
}

Effect read_pgbouncer(const yaml::Reader& from) {
    from.expect_keys({"settings"});
    return of_plan(ServerKind::pgbouncer, [lines = list(from, "settings")](EnvironmentPlan& plan) {
        append(plan.pgbouncer, lines);
    });
}

Effect read_http(const yaml::Reader& from) {
    from.expect_keys({"of", "status", "answer", "limit", "upstream", "delay"});
    const auto site = one_of(from, "of", kSites);
    const auto status = from.get("status") ? option(from, "status", 200, 599) : 0;
    const auto answer = option(from, "answer");
    const auto limit = option(from, "limit");
    const auto upstream =
        from.get("upstream") || from.get("delay")
            ? one_of(from, "upstream", {"refusing", "silent", "closing", "answering"}, "answering")
            : "";
    const auto delay = std::chrono::duration_cast<std::chrono::milliseconds>(
        option(from, "delay", std::chrono::nanoseconds(0)));
    return of_plan(ServerKind::nginx, [=](EnvironmentPlan& plan) {
        auto& changed = plan.sites.at(site);
        if (status != 0) changed.answer = fmt::format("return {};", status);
        if (!answer.empty()) changed.answer = answer;
        changed.upstream = upstream;
        changed.upstream_delay = delay;
        if (limit.empty()) return;
        changed.http_lines = fmt::format("limit_req_zone $server_name zone={}:1m rate={};", site, limit);
        changed.server_lines += fmt::format("limit_req zone={}; limit_req_status 429;", site);
        // What `return` answers is answered before the limit is looked at.
        if (changed.upstream.empty()) changed.upstream = "answering";
    });
}

Effect read_certificate(const yaml::Reader& from) {
    from.expect_keys({"of", "problem", "days"});
    const auto server = one_of(from, "of", kSecured);
    CertificatePlan wanted;
    if (from.get("problem"))
        wanted.problem = one_of(
            from, "problem", {"expired", "not_yet_valid", "wrong_name", "unknown_authority", "self_signed"});
    wanted.days = static_cast<int>(option(from, "days", wanted.days, 3000));
    const auto place = find_place(server);
    return of_plan(place ? place->kind : ServerKind::nginx,
                   [=](EnvironmentPlan& plan) { plan.certificates[server] = wanted; });
}

Effect read_tls(const yaml::Reader& from) {
    from.expect_keys({"of", "versions", "client_certificate", "off"});
    const auto server = one_of(from, "of", {"payments", "partner", "sessions"});
    const auto versions = list(from, "versions");
    const bool client = flag(from, "client_certificate");
    const bool off = flag(from, "off");
    if (off && server == "sessions") from.complain("off: only of a site of nginx");
    if (client && server != "sessions")
        from.complain("client_certificate: only of sessions; nginx would answer with a status instead");
    if (server == "sessions") {
        return of_plan(ServerKind::redis, [=](EnvironmentPlan& plan) {
            if (client) plan.redis.emplace_back("tls-auth-clients yes");
            if (!versions.empty())
                plan.redis.push_back(fmt::format("tls-protocols \"{}\"", fmt::join(versions, " ")));
        });
    }
    return of_plan(ServerKind::nginx, [=](EnvironmentPlan& plan) {
        auto& site = plan.sites.at(server);
        if (off) site.place.tls = false;
        if (!versions.empty())
            site.server_lines += fmt::format("ssl_protocols {};", fmt::join(versions, " "));
    });
}

// As libpq reads a value between quotes.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') out += '\\';
        out += letter;
    }
    return out;
}

// Sessions through libpq that wait in a transaction, so that a pooler has to keep a server for each.
std::shared_ptr<void> hold_sessions(const Place& place, const EnvironmentPlan& plan, int count) {
    auto held = std::make_shared<std::vector<test::PostgresServer::Held>>();
    for (int i = 0; i < count; ++i) {
        held->emplace_back(fmt::format(
            "host={} port={} user=app password='{}' dbname='{}' connect_timeout=10", place.addresses[0],
            place.port, escaped(plan.postgres.password), escaped(plan.postgres.database)));
        held->back().run("BEGIN");
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
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (static_cast<int>(held->size()) < count) {
        auto client = redis_client(place);
        if (client.valid()) {
            held->push_back(std::move(client));
        } else if (std::chrono::steady_clock::now() >= until) {
            throw std::runtime_error(
                fmt::format("fill: {} takes {} connections, not {}", place.name, held->size(), count));
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    return held;
}

Effect read_fill(const yaml::Reader& from) {
    from.expect_keys({"server", "connections"});
    const auto named = find_place(one_of(from, "server", {"database", "pooler", "cache"}));
    const auto count = static_cast<int>(option(from, "connections", 10, 5000));
    Effect effect;
    if (!named) return effect;
    effect.kinds = {named->kind};
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

Effect read_load(const yaml::Reader& from) {
    from.expect_keys({"server", "clients"});
    one_of(from, "server", {"cache"}, "cache");
    const auto clients = option(from, "clients", 10, 500);
    Effect effect;
    effect.kinds = {ServerKind::redis};
    effect.act = [=](Environment& environment) -> Undo {
        const auto place = place_of("cache", environment.plan().number);
        test::ChildSpec spec;
        spec.command = {test::program("redis-benchmark"),
                        "-q",
                        "-h",
                        place.addresses[0],
                        "-c",
                        std::to_string(clients),
                        "-n",
                        "100000000",
                        "-r",
                        "10000",
                        "-d",
                        "100",
                        "-t",
                        "set,get"};
        spec.output_file = "/dev/null";
        const auto process = environment.start_helper(spec);
        return [&environment, process] { environment.end_helper(process); };
    };
    return effect;
}

Effect signal_to(const yaml::Reader& from, int number, int undo) {
    from.expect_keys({"server"});
    const auto servers = servers_in(from, "server");
    Effect effect;
    if (servers.size() != 1 || !find_place(servers[0])) return effect;
    const auto kind = find_place(servers[0])->kind;
    effect.kinds = {kind};
    effect.act = [=](Environment& environment) -> Undo {
        environment.server(kind).signal(number);
        if (undo != 0) return [&environment, kind, undo] { environment.server(kind).signal(undo); };
        return [&environment, kind] { environment.restart(kind); };
    };
    return effect;
}

Effect read_stop(const yaml::Reader& from) {
    return signal_to(from, SIGSTOP, SIGCONT);
}

Effect read_kill(const yaml::Reader& from) {
    return signal_to(from, SIGKILL, 0);
}

}  // namespace

std::vector<Injector> server_injectors() {
    return {{"postgres", "settings and state of PostgreSQL", read_postgres},
            {"redis", "settings of Redis", read_redis},
            {"pgbouncer", "settings of PgBouncer", read_pgbouncer},
            {"http", "what a site of nginx answers", read_http},
            {"certificate", "what is wrong with a server's certificate", read_certificate},
            {"tls", "which versions a server speaks, and whether it asks who comes", read_tls},
            {"fill", "connections that somebody else holds", read_fill},
            {"load", "requests of somebody else", read_load},
            {"stop", "a server's processes are stopped (SIGSTOP)", read_stop},
            {"kill", "they are killed (SIGKILL)", read_kill}};
}

}  // namespace plumb::lab
