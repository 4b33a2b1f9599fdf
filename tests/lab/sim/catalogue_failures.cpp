// Faults that make runs fail: hard ones at every layer and in every scope, soft ones of some severity.
#include "model/cause.hpp"
#include "model/run_order.hpp"
#include "tests/lab/sim/scenario.hpp"

#include <fmt/format.h>

namespace plumb::lab {
namespace {

struct Fault {
    const char* dependency;
    const char* phase;
    const char* cause;
};

Scenario failing(const char* group_name, Group group, const Fault& fault, double rate, Labels scope,
                 const std::string& scope_name) {
    Scenario out;
    out.name = fmt::format("{}-{}-{}{}", group_name, fault.dependency, fault.cause,
                           scope_name.empty() ? "" : "-" + scope_name);
    out.group = group;
    out.counts = rate >= 0.9;
    out.label.dependencies = {fault.dependency};
    out.label.category = cause_info(parse_cause(fault.cause).value()).category;
    out.label.layers = {layer_of_phase(fault.phase)};
    out.label.causes = {fault.cause};
    out.label.scope = scope;
    out.plant = [fault, rate, scope = std::move(scope)](World& world) {
        Failing planted;
        planted.where.dependency = fault.dependency;
        planted.where.labels = scope;
        planted.phase = fault.phase;
        planted.cause = fault.cause;
        planted.rate = rate;
        planted.clusters = rate < 0.9 ? 0.01 : 0;
        world.failing.push_back(std::move(planted));
    };
    return out;
}

// A third of the candidate's tasks are already of the new revision.
void roll_out_a_third(World& world) {
    for (Task* task : a_third(world)) {
        task->labels["revision"] = "43";
        task->labels["image"] = "sha256:43";
    }
}

Scenario in_new_revision(Scenario scenario) {
    scenario.needs_tasks = 6;
    scenario.plant = [plant = std::move(scenario.plant)](World& world) {
        roll_out_a_third(world);
        plant(world);
    };
    return scenario;
}

struct Place {
    const char* name;
    Labels labels;
    int needs_tasks;  // so that two tasks or more lie there
};

std::vector<Place> places() {
    return {{"zone", {{"zone", "az2"}}, 4},
            {"subnet", {{"subnet", "az1-b"}}, 12},
            {"host", {{"host", "production-az3-h0"}}, 6}};
}

}  // namespace

void add_hard_faults(std::vector<Scenario>& list) {
    const Fault everywhere[] = {
        {"database", "resolve", "dns.nxdomain"},
        {"search", "resolve", "dns.servfail"},
        {"orders", "resolve", "dns.timeout"},
        {"database", "connect", "tcp.timeout"},
        {"orders", "connect", "tcp.refused"},
        {"search", "connect", "tcp.unreachable"},
        {"mail", "connect", "tcp.reset"},
        {"payments", "handshake", "tls.expired"},
        {"payments", "handshake", "tls.unknown_authority"},
        {"geo", "handshake", "tls.name_mismatch"},
        {"auth", "handshake", "tls.certificate_required"},
        {"mail", "handshake", "tls.protocol_version"},
        {"database", "authenticate", "postgres.auth_failed"},
        {"database", "authenticate", "postgres.no_database"},
        {"database", "authenticate", "postgres.too_many_connections"},
        {"cache", "authenticate", "redis.noauth"},
        {"cache", "authenticate", "redis.max_clients"},
        {"cache", "ping", "redis.readonly"},
        {"database", "query", "postgres.read_only"},
        {"payments", "first_byte", "http.unauthorized"},
        {"search", "first_byte", "http.unavailable"},
        {"geo", "first_byte", "http.rate_limited"},
        {"orders", "query", "grpc.not_serving"},
    };
    for (const Fault& fault : everywhere)
        list.push_back(failing("hard", Group::hard, fault, 1, {}, ""));
    const Fault confined[] = {
        {"database", "connect", "tcp.timeout"},
        {"payments", "handshake", "tls.unknown_authority"},
        {"cache", "authenticate", "redis.wrongpass"},
        {"search", "first_byte", "http.bad_gateway"},
    };
    for (const Fault& fault : confined) {
        for (const Place& place : places()) {
            list.push_back(failing("hard", Group::hard, fault, 1, place.labels, place.name));
            list.back().needs_tasks = place.needs_tasks;
        }
        list.push_back(
            in_new_revision(failing("hard", Group::hard, fault, 1, {{"revision", "43"}}, "revision")));
    }
    // Not every run: one in twenty still comes through.
    list.push_back(failing("hard-95", Group::hard, {"orders", "connect", "tcp.refused"}, 0.95, {}, ""));
}

void add_soft_failures(std::vector<Scenario>& list) {
    const Fault faults[] = {{"database", "query", "postgres.statement_timeout"},
                            {"payments", "connect", "tcp.timeout"},
                            {"orders", "handshake", "tls.timeout"},
                            {"search", "first_byte", "http.gateway_timeout"}};
    for (const double rate : {0.05, 0.15, 0.40}) {
        const std::string name = fmt::format("soft-{:.0f}", 100 * rate);
        for (const Fault& fault : faults)
            list.push_back(failing(name.c_str(), Group::soft, fault, rate, {}, ""));
    }
    const Fault in_zone{"payments", "connect", "tcp.timeout"};
    list.push_back(failing("soft-40", Group::soft, in_zone, 0.4, {{"zone", "az2"}}, "zone"));
    list.back().needs_tasks = 6;
    const Fault of_revision{"search", "first_byte", "http.server_error"};
    list.push_back(
        in_new_revision(failing("soft-40", Group::soft, of_revision, 0.4, {{"revision", "43"}}, "revision")));
}

}  // namespace plumb::lab
