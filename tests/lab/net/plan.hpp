// What one environment of a scenario is to look like: its servers, its names and its tasks. Both sides start
// from the same plan; what a scenario calls a fault changes that of one side.
//
// The world is small and always the same. Each environment has these servers, all reached by NAME.internal
// (the partner by api.partner.example):
//
//   resolver  10.E.0.53        dnsmasq            search    10.E.0.40:80       nginx
//   database  10.E.0.10:5432   PostgreSQL         orders    10.E.0.50:9000     nginx, asked by tcp only
//   pooler    10.E.0.11:6432   PgBouncer          assets    10.E.0.60, .61:80  nginx, a name of two addresses
//   cache     10.E.0.20:6379   Redis              partner   52.10.E.1:443      nginx with TLS, a public
//   address sessions  10.E.0.21:6380   the same, by TLS   payments  10.E.0.30:443      nginx with TLS
//
// Assets are served at the public address 52.10.E.2, too, to which no name leads unless a fault does.
// E is 1 for staging and 2 for production; the tasks of zone a live in 10.E.1.0/24, those of zone b in
// 10.E.2.0/24 and so on.
#pragma once

#include "model/labels.hpp"
#include "tests/lab/net/own_plan.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace plumb::lab {

enum class ServerKind { dnsmasq, postgres, pgbouncer, redis, nginx };

struct Place {
    ServerKind kind = ServerKind::nginx;
    std::string name;
    std::vector<std::string> addresses;  // that its name has
    std::vector<std::string> unlisted;   // where it serves, too, and no name leads
    std::uint16_t port = 0;
    bool tls = false;
};

// How dnsmasq answers for one name.
struct NamePlan {
    std::vector<std::string> addresses;
    std::string answer;  // instead: nxdomain, no_data, servfail, refused or silent
    int aliases = 0;     // CNAMEs before the addresses
};

struct CertificatePlan {  // of a server that speaks TLS
    std::string problem;  // "", expired, not_yet_valid, wrong_name, unknown_authority, self_signed
    int days = 300;       // until it expires, where that is no problem
};

struct SitePlan {  // one server of nginx
    Place place;
    std::string answer = "return 200 'well\\n';";  // what stands in its location /
    std::vector<std::string> versions;             // of TLS; none: the usual ones
    std::string limit;                             // as in 4r/s; beyond it 429
    std::string upstream;  // "", refusing, silent, closing or answering: nginx passes requests on
    std::chrono::milliseconds upstream_delay{};  // before an answering one answers
};

// Log-ins by MD5: a laboratory on two processors would measure its own hashing with SCRAM.
struct PostgresPlan {
    std::vector<std::string> settings{"max_connections = 60", "superuser_reserved_connections = 3",
                                      "password_encryption = md5"};
    std::string hba = "host all all 0.0.0.0/0 md5\n";
    std::string database = "shop";
    std::string password = "the lab's own";
    std::string sql;           // run once after the role and the database are made
    bool starting_up = false;  // lets nobody in
    bool standby = false;      // a hot one: it follows a primary that the tasks do not see
    bool tls = false;
};

struct TaskPlan {
    std::string name;
    std::string address;
    std::string zone;                            // where its wire is, whatever it reports
    Labels labels;                               // zone, subnet, host, revision, image
    std::vector<std::string> environment;        // NAME=VALUE
    std::map<std::string, std::string> targets;  // by dependency; "" takes one away
    int cpu = 0;                                 // percent of one processor; 0: no limit
    std::string look;                            // the `task:` section of its agent; "": it looks at no task
    OwnPlan own;                                 // counts only where the agent looks
};

struct EnvironmentPlan {
    std::string name;  // staging or production
    int number = 1;    // the E of its addresses
    std::map<std::string, NamePlan> names;
    PostgresPlan postgres;
    std::vector<std::string> redis;      // lines of redis.conf
    bool redis_loads = false;            // and goes on loading its data
    std::vector<std::string> pgbouncer;  // lines of its file
    std::map<std::string, SitePlan> sites;
    std::map<std::string, CertificatePlan> certificates;  // by server
    std::vector<TaskPlan> tasks;
};

struct FleetSpec {
    std::vector<std::string> zones{"a", "b"};
    int each = 2;      // tasks in a zone
    std::string look;  // as in TaskPlan
};

EnvironmentPlan plain_plan(const std::string& name, const FleetSpec& fleet,
                           const std::map<std::string, std::string>& targets);
// One more task, in the zone and with an address of its own. Throws when the zone has none left.
TaskPlan make_task(const EnvironmentPlan& plan, const std::string& zone, int number,
                   const std::map<std::string, std::string>& targets);

std::string no_task_of(const std::string& environment);  // the complaint when labels match none

const std::vector<std::string>& server_names();
std::optional<Place> find_place(const std::string& server, int environment = 1);
Place place_of(const std::string& server, int environment);  // REQUIRES: a known name
std::string target_of(const std::string& server);  // the URL by which tasks reach it; the same on both sides
std::string host_of(const std::string& server);    // database.internal

}  // namespace plumb::lab
