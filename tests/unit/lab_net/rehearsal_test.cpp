// What a scenario would do to nobody, or could not do, is told when it is read: a fault that nothing shows
// would pass for a decoy.
#include "tests/lab/net/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::lab {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a world that probes the cache and search, and of these faults, from line 4 on.
std::string faults(const std::string& entries, const std::string& dependencies = "cache, search") {
    yaml::Complaints collected;
    collected.file = "s.yaml";
    parse_scenario("s",
                   "about: a\ndependencies: [" + dependencies + "]\nfaults:\n" + entries +
                       "expect: {verdict: promote}\n",
                   collected);
    return collected.joined();
}

std::string fault(const std::string& entry, const std::string& dependencies = "cache, search") {
    return faults("  - " + entry + "\n", dependencies);
}

TEST(lab_rehearsal, labels_that_no_task_has_are_refused) {
    for (const char* entry :
         {"environment: {from: {zone: z}, set: {A: b}}", "cpu: {from: {zone: q}}",
          "labels: {from: {task: prodution-a1}, set: {zone: b}}",
          "target: {from: {zone: c}, dependency: cache, url: \"redis://cache.internal:1/0\"}"})
        EXPECT_THAT(fault(entry),
                    AllOf(HasSubstr("s.yaml:4: "), HasSubstr("no task of production has these")));
    EXPECT_THAT(faults("  - labels: {from: {zone: b}, set: {revision: new}}\n"
                       "  - environment: {from: {revision: new}, set: {A: b}}\n"),
                IsEmpty())
        << "labels count once they are set";
    EXPECT_THAT(faults("  - cpu: {from: {task: production-a1}}\n    side: both\n"),
                HasSubstr("no task of staging"));
}

TEST(lab_rehearsal, a_server_that_no_task_uses_cannot_be_seen_to_fail) {
    for (const char* entry :
         {"drop: {to: orders}", "drop: {to: [cache, orders]}", "loss: {to: orders}", "reject: {to: orders}",
          "delay: {to: orders, time: 5ms}", "no_route: {to: orders}", "stalled: {server: orders}",
          "http: {of: assets, status: 500}", "certificate: {of: payments, problem: expired}",
          "tls: {of: payments, versions: [TLSv1.2]}", "fill: {server: pooler}", "stop: {server: database}",
          "kill: {server: database}", "postgres: {standby: true}", "pgbouncer: {settings: [a = b]}"})
        EXPECT_THAT(fault(entry), AllOf(HasSubstr("s.yaml:4: "), HasSubstr("nobody would see it")));
    EXPECT_THAT(fault("drop: {to: orders}"), HasSubstr("they use resolver, cache, search"));
    EXPECT_THAT(fault("drop: {to: resolver}"), IsEmpty());
}

TEST(lab_rehearsal, a_server_is_used_by_whatever_leads_there) {
    EXPECT_THAT(fault("stop: {server: database}", "pooler"), IsEmpty()) << "behind the pooler";
    EXPECT_THAT(fault("kill: {server: sessions}"), IsEmpty()) << "one process with the cache";
    EXPECT_THAT(faults("  - dns: {name: search, addresses: [10.2.0.60]}\n  - drop: {to: assets}\n"),
                IsEmpty())
        << "by another name";
    EXPECT_THAT(
        faults("  - target: {dependency: search, url: \"http://10.2.0.60/\"}\n  - drop: {to: assets}\n"),
        IsEmpty())
        << "by its address";
    EXPECT_THAT(faults("  - target: {dependency: more, url: \"http://mysearch.internal/\"}\n"
                       "  - http: {of: assets, status: 500}\n"),
                HasSubstr("leads to assets"));
}

TEST(lab_rehearsal, a_name_that_nobody_asks_for_is_refused_with_the_nearest) {
    EXPECT_THAT(fault("dns: {name: serach, answer: nxdomain}"), HasSubstr("did you mean 'search'?"));
    EXPECT_THAT(fault("dns: {name: orders, answer: nxdomain}"), HasSubstr("leads to orders.internal"));
    EXPECT_THAT(fault("dns: {name: internal, answer: nxdomain}"), HasSubstr("nobody would see it"));
    EXPECT_THAT(fault("dns: {name: search.internal, answer: nxdomain}"), IsEmpty());
}

TEST(lab_rehearsal, a_dependency_that_is_taken_away_was_there) {
    EXPECT_THAT(fault("target: {dependency: chache}"), HasSubstr("did you mean 'cache'?"));
    EXPECT_THAT(fault("target: {dependency: cache}"), IsEmpty());
    EXPECT_THAT(fault("target: {dependency: more, url: \"tcp://orders.internal:9000\"}"), IsEmpty());
}

TEST(lab_rehearsal, a_database_without_tls_shows_no_certificate) {
    EXPECT_THAT(fault("certificate: {of: database, problem: expired}", "database"),
                HasSubstr("'postgres: {tls: true}' comes before it"));
    EXPECT_THAT(
        faults("  - postgres: {tls: true}\n  - certificate: {of: database, problem: expired}\n", "database"),
        IsEmpty());
    EXPECT_THAT(faults("  - postgres: {tls: true}\n    until: 3\n  - certificate: {of: database, days: 9}\n",
                       "database"),
                HasSubstr("offers no TLS"))
        << "after window 3";
}

TEST(lab_rehearsal, what_is_stalled_answers_nothing_else) {
    EXPECT_THAT(faults("  - stalled: {server: search}\n  - http: {of: search, status: 503}\n"),
                HasSubstr("s.yaml:5: http: search is stalled meanwhile"));
    EXPECT_THAT(faults("  - stalled: {server: search}\n  - stalled: {server: search}\n"),
                HasSubstr("stalled already"));
    EXPECT_THAT(faults("  - stalled: {server: search}\n    until: 3\n"
                       "  - http: {of: search, status: 503}\n    at: 3\n"),
                IsEmpty())
        << "one after the other";
}

}  // namespace
}  // namespace plumb::lab
