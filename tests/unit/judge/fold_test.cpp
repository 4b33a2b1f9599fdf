// One finding for each fault: what another explains goes under it, and distinct faults stay apart.
#include "controller/judge/answer/fold.hpp"

#include "tests/unit/judge/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

Spec spec(const std::string& name, std::vector<Fact> facts = {}, std::vector<WindowGauge> gauges = {}) {
    Spec out;
    out.name = name;
    out.facts = std::move(facts);
    out.gauges = std::move(gauges);
    return out;
}

Fleet side(const std::string& environment, const std::vector<Spec>& specs) {
    Fleet fleet(environment);
    for (const Spec& each : specs)
        fleet.with(each);
    return fleet;
}

TEST(Fold, a_failing_phase_explains_failures_behind_it) {
    Fleet after = production();
    after.change([](Window& window, int, int) {
        fail(window, "database", "connect", "tcp.timeout", 29);
        fail(window, "database", "query", "peer.timeout", 1);
    });
    const Report report = compare(staging(), after);
    ASSERT_EQ(told(report), "database connect tcp.timeout failures critical\n");
}

TEST(Fold, an_untrusted_certificate_explains_that_its_issuer_differs) {
    const auto specs = [](const std::string& issuer) {
        return std::vector<Spec>{spec("payments", {{"tls.issuer", FactClass::must_match, issuer}})};
    };
    Fleet after = side("production", specs("CN=Stranger"));
    after.change([](Window& window, int, int) {
        const auto kept = dependency(window, "payments").facts;
        fail_all(window, "payments", "connect", "tls.unknown_authority");
        dependency(window, "payments").facts = kept;
        for (auto& failure : dependency(window, "payments").failures)
            failure.phase = "handshake";
    });
    const Report report = compare(side("staging", specs("CN=Trusted")), after);
    ASSERT_EQ(told(report), "payments handshake tls.unknown_authority failures critical\n");
    ASSERT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(report.findings[0].folded[0].subject, "fact:tls.issuer");
}

TEST(Fold, a_fact_and_a_gauge_of_one_server_are_two_findings) {
    const Fleet before =
        side("staging", {spec("cache", {{"redis.maxmemory_policy", FactClass::must_match, "noeviction"}},
                              {gauge("redis.clients", 3, 60)})});
    const Fleet after =
        side("production", {spec("cache", {{"redis.maxmemory_policy", FactClass::must_match, "allkeys-lru"}},
                                 {gauge("redis.clients", 57, 60)})});
    EXPECT_EQ(told(compare(before, after)),
              "cache server fact.differs fact:redis.maxmemory_policy critical\n"
              "cache server gauge.headroom gauge:redis.clients critical\n");
}

TEST(Fold, exhausted_slots_explain_the_gauge_that_shows_them) {
    const Fleet before = side("staging", {spec("database", {}, {gauge("postgres.connections", 3, 97)})});
    Fleet after = side("production", {spec("database", {}, {gauge("postgres.connections", 97, 97)})});
    after.change([](Window& window, int, int number) {
        if (number >= 2) fail_all(window, "database", "query", "postgres.too_many_connections");
    });
    const Report report = compare(before, after);
    ASSERT_EQ(told(report), "database request postgres.too_many_connections failures critical\n");
    ASSERT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(report.findings[0].folded[0].subject, "gauge:postgres.connections");
}

TEST(Fold, exhausted_slots_explain_no_other_gauge) {
    Fleet after = side("production", {spec("database", {}, {gauge("postgres.disk", 97, 100)})});
    after.change([](Window& window, int, int) {
        fail(window, "database", "query", "postgres.too_many_connections", 10);
    });
    const Fleet before = side("staging", {spec("database", {}, {gauge("postgres.disk", 20, 100)})});
    EXPECT_EQ(told(compare(before, after)),
              "database request postgres.too_many_connections failures critical\n"
              "database server gauge.headroom gauge:postgres.disk critical\n");
}

TEST(Fold, what_all_tasks_show_is_not_the_failure_of_some) {
    const auto specs = [](const std::string& version) {
        return std::vector<Spec>{spec("database", {{"postgres.identity", FactClass::must_differ, "7"},
                                                   {"http.server", FactClass::must_match, version}})};
    };
    const auto roots = [&](int every) {
        Fleet after = side("production", specs("2")).tasks(8).windows(6);
        after.change([every](Window& window, int task, int) {
            if (task % every == 0) fail(window, "database", "query", "postgres.shutting_down", 20);
        });
        return told(compare(side("staging", specs("1")).tasks(8).windows(6), after));
    };
    const std::string identity = "database server fact.differs fact:postgres.identity critical\n";
    const std::string version = "database server fact.differs fact:http.server critical\n";
    EXPECT_NE(roots(4).find(version), std::string::npos);
    EXPECT_NE(roots(4).find(identity), std::string::npos);
    // Where all tasks fail, the version is told by the server that fails; the identity stays a fault.
    EXPECT_EQ(roots(1), "database request postgres.shutting_down failures critical\n" + identity);
}

TEST(Fold, a_low_gauge_explains_a_slow_server) {
    Spec slow = spec("database", {}, {gauge("postgres.connections", 95, 97)});
    slow.phases = {{"connect", 2.0}, {"query", 20.0}};
    const Fleet before = side("staging", {spec("database", {}, {gauge("postgres.connections", 3, 97)})});
    const Report report = compare(before, side("production", {slow}));
    EXPECT_EQ(told(report), "database server gauge.headroom gauge:postgres.connections critical\n");
    EXPECT_EQ(report.findings[0].folded.size(), 2U) << "p50 and p90";
}

TEST(Fold, facts_missing_together_are_one_finding) {
    const Fleet before = side("staging", {spec("mail", {{"tls.issuer", FactClass::must_match, "x"},
                                                        {"tls.version", FactClass::must_match, "TLSv1.3"}})});
    const Fleet after = side("production", {spec("mail")});
    const Report report = compare(before, after);
    ASSERT_EQ(report.findings.size(), 1U);
    EXPECT_EQ(report.findings[0].cause, "fact.missing");
    EXPECT_EQ(report.findings[0].folded.size(), 1U);
}

Fleet with_failures(const std::vector<std::string>& names, const std::vector<std::string>& failing,
                    const std::string& phase, const std::string& cause) {
    std::vector<Spec> specs;
    specs.reserve(names.size());
    for (const auto& name : names)
        specs.push_back(spec(name));
    Fleet fleet = side("production", specs);
    fleet.change([=](Window& window, int, int) {
        for (const auto& name : failing)
            fail_all(window, name, phase, cause);
    });
    return fleet;
}

TEST(Fold, all_names_failing_to_resolve_are_one_root) {
    const Fleet before = side("staging", {spec("a"), spec("b"), spec("c")});
    const Report report =
        compare(before, with_failures({"a", "b", "c"}, {"a", "b", "c"}, "resolve", "dns.timeout"));
    ASSERT_EQ(told(report), "a resolve dns.timeout failures critical\n");
    EXPECT_EQ(report.findings[0].folded.size(), 2U);
    EXPECT_EQ(report.findings[0].evidence.at("dependencies").as_array().size(), 3U);
}

TEST(Fold, some_names_failing_to_resolve_are_faults_of_their_own) {
    const Fleet before = side("staging", {spec("a"), spec("b"), spec("c")});
    EXPECT_EQ(compare(before, with_failures({"a", "b", "c"}, {"a", "b"}, "resolve", "dns.nxdomain"))
                  .findings.size(),
              2U);
}

TEST(Fold, two_dependencies_that_cannot_connect_are_two_faults_and_three_are_the_path) {
    const Fleet two = side("staging", {spec("a"), spec("b")});
    EXPECT_EQ(compare(two, with_failures({"a", "b"}, {"a", "b"}, "connect", "tcp.timeout")).findings.size(),
              2U);
    const Fleet three = side("staging", {spec("a"), spec("b"), spec("c")});
    EXPECT_EQ(compare(three, with_failures({"a", "b", "c"}, {"a", "b", "c"}, "connect", "tcp.timeout"))
                  .findings.size(),
              1U);
}

TEST(Fold, nothing_critical_goes_under_a_warning) {
    // Failures may only warn here; the fact of the same layer still holds.
    Policy policy;
    policy.hold_on.failures = false;
    const auto specs = [](const std::string& issuer) {
        return std::vector<Spec>{spec("payments", {{"dns.scope", FactClass::must_match, issuer}})};
    };
    Fleet after = side("production", specs("public"));
    after.change([](Window& window, int, int) {
        const auto kept = dependency(window, "payments").facts;
        fail_all(window, "payments", "resolve", "dns.timeout");
        dependency(window, "payments").facts = kept;
    });
    EXPECT_EQ(compare(side("staging", specs("private")), after, policy).verdict, Verdict::hold);
}

TEST(Fold, what_holds_comes_first_and_upstream_before_downstream) {
    Fleet after =
        side("production", {spec("a", {{"x.version", FactClass::ordered, "2"}}), spec("b"), spec("c")});
    after.change([](Window& window, int, int) {
        fail_all(window, "b", "query", "peer.timeout");
        fail_all(window, "c", "resolve", "dns.nxdomain");
    });
    const Fleet before =
        side("staging", {spec("a", {{"x.version", FactClass::ordered, "3"}}), spec("b"), spec("c")});
    EXPECT_EQ(told(compare(before, after)),
              "c resolve dns.nxdomain failures critical\n"
              "b request peer.timeout failures critical\n"
              "a server fact.differs fact:x.version warning\n");
}

// Ten of forty tasks fail, of no common place, and fourteen resolve the name to the outside: the four that do
// not fail come first by name.
TEST(Fold, of_many_tasks_that_share_no_place_all_are_counted) {
    const auto fails = [](int task) { return task >= 20 && task < 30; };
    const auto scoped = [](const std::string& environment) {
        Fleet fleet =
            side(environment, {spec("database", {{"dns.scope", FactClass::must_match, "private"}})});
        return fleet.tasks(40).windows(6);
    };
    Fleet after = scoped("production");
    after.change([=](Window& window, int task, int) {
        window.labels.erase("zone");
        if (fails(task) || task == 0 || (task >= 10 && task <= 12))
            set_fact(window, "database", "dns.scope", "public");
        const auto kept = dependency(window, "database").facts;
        if (fails(task)) fail_all(window, "database", "connect", "tcp.timeout");
        dependency(window, "database").facts = kept;
    });
    const Report report = compare(scoped("staging"), after);
    ASSERT_EQ(told(report), "database resolve fact.differs fact:dns.scope critical\n");
    EXPECT_EQ(report.findings[0].folded.size(), 1U);
    EXPECT_EQ(report.findings[0].scope.at("task"),
              "production-0,production-10,production-11,production-12 and 10 more");
}

}  // namespace
}  // namespace plumb::judge::test
