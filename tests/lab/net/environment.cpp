#include "tests/lab/net/environment.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace plumb::lab {
namespace {

std::string trust_file(const Authorities& authorities, const std::string& folder) {
    auto path = folder + "/trusted.pem";
    std::ofstream out(path);
    out << authorities.trusted.certificate() << std::flush;
    if (!out.good()) throw std::runtime_error("cannot write " + path);
    return path;
}

const char* name_of(ServerKind kind) {
    switch (kind) {
        case ServerKind::dnsmasq:
            return "dnsmasq";
        case ServerKind::postgres:
            return "postgres";
        case ServerKind::pgbouncer:
            return "pgbouncer";
        case ServerKind::redis:
            return "redis";
        case ServerKind::nginx:
            return "nginx";
    }
    return "server";
}

// Who ended did not do its work until now.
void must_still_run(test::ChildProcess& helper, const std::string& said) {
    constexpr std::size_t kLastWords = 300;
    if (helper.running()) return;
    auto words = test::read_whole(said);
    if (words.size() > kLastWords) words.erase(0, words.size() - kLastWords);
    throw std::runtime_error(helper.name() + " ended by itself: " + words);
}

}  // namespace

Environment::Environment(EnvironmentPlan plain, std::set<ServerKind> kinds, const Programs& programs,
                         Topology& topology, const Authorities& authorities, const std::string& folder)
    : plan_(std::move(plain)),
      kinds_(std::move(kinds)),
      programs_(programs),
      topology_(topology),
      authorities_(authorities),
      fleet_(programs, topology, folder, trust_file(authorities, folder)) {
    std::vector<std::string> addresses;
    for (const auto& server : server_names()) {
        const auto place = place_of(server, plan().number);
        addresses.insert(addresses.end(), place.addresses.begin(), place.addresses.end());
        addresses.insert(addresses.end(), place.unlisted.begin(), place.unlisted.end());
    }
    place_ = &topology.add_servers(plan().number, addresses);
}

std::unique_ptr<Server> Environment::make(ServerKind kind) const {
    const link::Inside inside(*place_);
    switch (kind) {
        case ServerKind::dnsmasq:
            return start_dnsmasq(plan());
        case ServerKind::postgres:
            return std::make_unique<PostgresBox>(plan(), authorities_);
        case ServerKind::pgbouncer:
            return start_pgbouncer(plan());
        case ServerKind::redis:
            return start_redis(plan(), authorities_);
        case ServerKind::nginx:
            return start_nginx(plan(), authorities_);
    }
    throw std::logic_error("no such kind of server");
}

void Environment::start_servers() {
    for (const auto kind : kinds_)
        servers_[kind] = make(kind);
}

void Environment::restart(ServerKind kind) {
    servers_.erase(kind);
    servers_[kind] = make(kind);
}

void Environment::add_tasks() {
    for (const auto& task : plan().tasks)
        topology_.add_task(task.address);
}

void Environment::start_agents() {
    for (const auto& task : plan().tasks)
        fleet_.start(task, plan().name);
}

void Environment::start_agent(const TaskPlan& task) {
    plan_.add_task(task);
    topology_.add_task(task.address);
    fleet_.start(task, plan().name);
}

void Environment::end_agent(const std::string& task, bool goodbye) {
    if (goodbye) {
        fleet_.stop(task);
    } else {
        fleet_.signal(task, SIGKILL);
    }
    plan_.remove_task(task);
}

Environment::Helper Environment::start_helper(const test::ChildSpec& spec) {
    const link::Inside inside(*place_);
    auto helper = std::make_shared<test::ChildProcess>(spec);
    helpers_[helper] = spec.output_file;
    return helper;
}

void Environment::end_helper(const Helper& helper) {
    const auto said = helpers_.extract(helper).mapped();
    must_still_run(*helper, said);
    helper->signal(SIGKILL);
    helper->wait(std::chrono::seconds(10));
}

void Environment::must_run() const {
    fleet_.must_run();
    for (const auto& [helper, said] : helpers_)
        must_still_run(*helper, said);
}

std::vector<TaskPlan> Environment::tasks_with(const Labels& labels) const {
    std::vector<TaskPlan> found;
    for (const auto& task : plan().tasks) {
        if (Selector{labels}.matches(task.labels)) found.push_back(task);
    }
    if (found.empty()) throw std::runtime_error(no_task_of(plan().name));
    return found;
}

std::vector<std::string> Environment::addresses_of(const Labels& labels) const {
    std::vector<std::string> addresses;
    for (const auto& task : tasks_with(labels))
        addresses.push_back(task.address);
    return addresses;
}

void Environment::write_logs(const std::string& folder) const {
    for (const auto& [kind, server] : servers_) {
        std::ofstream out(folder + "/" + plan().name + "-" + name_of(kind) + ".log");
        out << server->log();
    }
}

}  // namespace plumb::lab
