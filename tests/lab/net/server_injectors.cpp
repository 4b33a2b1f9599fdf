// Faults of the servers themselves: how they are set, what they answer, and what became of their processes.
#include "tests/lab/net/injectors.hpp"

#include <csignal>
#include <stdexcept>

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

// A task gives a run two seconds: who answers later is silent to it.
constexpr auto kLongestDelay = std::chrono::seconds(2);

std::chrono::milliseconds upstream_delay(const yaml::Reader& from) {
    const auto delay = from.get("delay");
    if (!delay) return {};
    const auto value = option(from, "delay", std::chrono::nanoseconds(0));
    if (value < std::chrono::milliseconds(1) || value >= kLongestDelay)
        delay->complain("delay is from 1ms to less than 2s, the time-out of a run");
    return std::chrono::duration_cast<std::chrono::milliseconds>(value);
}

std::string upstream_of(const yaml::Reader& from) {
    if (!from.get("upstream") && !from.get("delay")) return {};
    auto upstream = one_of(from, "upstream", {"refusing", "silent", "closing", "answering"}, "answering");
    if (from.get("delay") && upstream != "answering") from.complain("delay: only of an answering upstream");
    return upstream;
}

// nginx answers by itself or passes requests on, and limits only what it passes on.
void check_site(const yaml::Reader& from, bool answers, bool passes_on) {
    if (answers && passes_on)
        from.complain("either a status or an answer of nginx itself, or an upstream, a delay or a limit");
    if (!answers && !passes_on)
        from.complain("http needs a status, an answer, a limit, an upstream or a delay");
}

Effect of_site(const std::string& site, std::function<void(SitePlan&)> change) {
    auto effect = of_plan(ServerKind::nginx, [=, change = std::move(change)](EnvironmentPlan& plan) {
        const auto found = plan.sites.find(site);
        if (found == plan.sites.end())
            throw std::runtime_error(fmt::format("{} is stalled meanwhile and not answered by nginx", site));
        change(found->second);
    });
    effect.servers = {site};
    return effect;
}

Effect read_http(const yaml::Reader& from) {
    from.expect_keys({"of", "status", "answer", "limit", "upstream", "delay"});
    const auto status = from.get("status") ? option(from, "status", 200, 599) : 0;
    auto answer = option(from, "answer");
    if (status != 0 && !answer.empty()) from.complain("status or answer: one of them");
    if (status != 0) answer = fmt::format("return {};", status);
    const auto limit = option(from, "limit");
    const auto upstream = upstream_of(from);
    check_site(from, !answer.empty(), !upstream.empty() || !limit.empty());
    return of_site(one_of(from, "of", kSites), [=, delay = upstream_delay(from)](SitePlan& site) {
        if (!answer.empty()) {
            site.answer = answer;
            site.upstream.clear();
        }
        if (!upstream.empty()) {
            site.upstream = upstream;
            site.upstream_delay = delay;
        }
        if (limit.empty()) return;
        site.limit = limit;
        // What `return` answers is answered before the limit is looked at.
        if (site.upstream.empty()) site.upstream = "answering";
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
    auto effect = of_plan(place ? place->kind : ServerKind::nginx, [=](EnvironmentPlan& plan) {
        if (server == "database" && !plan.postgres.tls)
            throw std::runtime_error("the database offers no TLS; 'postgres: {tls: true}' comes before it");
        plan.certificates[server] = wanted;
    });
    effect.servers = {server};
    return effect;
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
        auto effect = of_plan(ServerKind::redis, [=](EnvironmentPlan& plan) {
            if (client) plan.redis.emplace_back("tls-auth-clients yes");
            if (!versions.empty())
                plan.redis.push_back(fmt::format("tls-protocols \"{}\"", fmt::join(versions, " ")));
        });
        effect.servers = {server};
        return effect;
    }
    return of_site(server, [=](SitePlan& site) {
        if (off) site.place.tls = false;
        if (!versions.empty()) site.versions = versions;
    });
}

Effect signal_to(const yaml::Reader& from, int number, int undo) {
    from.expect_keys({"server"});
    const auto servers = servers_in(from, "server");
    Effect effect;
    if (servers.size() != 1 || !find_place(servers[0])) return effect;
    const auto kind = find_place(servers[0])->kind;
    effect.kinds = {kind};  // all servers of the kind are one process
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
            {"stop", "a server's processes are stopped (SIGSTOP)", read_stop},
            {"kill", "they are killed (SIGKILL)", read_kill}};
}

}  // namespace plumb::lab
