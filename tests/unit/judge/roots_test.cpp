// What several dependencies share is one finding; what only looks alike stays apart.
#include "tests/unit/judge/fleet.hpp"

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;

struct Dependency {
    std::string name;
    std::string reach = "private";
    std::string address = {};
};

Fleet fleet(const std::string& environment, const std::vector<Dependency>& dependencies, int tasks = 6) {
    Fleet made(environment);
    made.tasks(tasks).windows(6).seed(environment == "staging" ? 1 : 2);
    for (const Dependency& each : dependencies) {
        Spec spec;
        spec.name = each.name;
        spec.facts = {{"dns.scope", FactClass::must_match, each.reach}};
        made.with(spec);
    }
    made.change([=](Window& window, int, int) {
        for (const Dependency& each : dependencies) {
            if (!each.address.empty()) dependency(window, each.name).addresses = {{each.address, 30, 0}};
        }
    });
    return made;
}

Report with(const std::vector<Dependency>& all, const std::vector<std::string>& failing,
            const std::string& phase, const std::string& cause,
            const std::function<bool(const Window&, int, int)>& where, int tasks = 6) {
    Fleet after = fleet("production", all, tasks);
    after.change([=](Window& window, int task, int number) {
        window.labels["host"] = fmt::format("h{}", task / 2);
        for (const std::string& name : failing) {
            if (where(window, task, number)) fail_all(window, name, phase, cause);
        }
    });
    return compare(fleet("staging", all, tasks), after);
}

bool everywhere(const Window&, int, int) {
    return true;
}

void expect_one(const Report& report, const std::string& shared, std::size_t dependencies) {
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_EQ(report.findings[0].evidence.at("shared").as_string(), shared);
    EXPECT_EQ(report.findings[0].evidence.at("dependencies").as_array().size(), dependencies);
    EXPECT_EQ(report.findings[0].folded.size(), dependencies - 1);
}

TEST(Roots, all_dependencies_of_one_host_are_the_host) {
    const Report report = with({{"a"}, {"b"}}, {"a", "b"}, "connect", "tcp.timeout",
                               [](const Window&, int task, int) { return task / 2 == 1; });
    expect_one(report, "place", 2);
    EXPECT_EQ(report.findings[0].scope, (Labels{{"host", "h1"}}));
    EXPECT_THAT(report.findings[0].reason, HasSubstr("it is the host, not the dependencies"));
}

TEST(Roots, all_dependencies_of_one_zone_are_its_network_wherever_they_fail_first) {
    Fleet after = fleet("production", {{"a"}, {"b"}});
    after.change([](Window& window, int task, int) {
        if (task % 3 != 2) return;
        fail_all(window, "a", "resolve", "dns.timeout");
        fail_all(window, "b", "connect", "tcp.timeout");
    });
    const Report report = compare(fleet("staging", {{"a"}, {"b"}}), after);
    expect_one(report, "place", 2);
    EXPECT_EQ(report.findings[0].layer, Layer::resolve);
    EXPECT_THAT(report.findings[0].reason, HasSubstr("in zone az2"));
    EXPECT_THAT(report.findings[0].action, HasSubstr("network ACL"));
}

TEST(Roots, two_of_three_in_one_zone_are_two_faults) {
    EXPECT_EQ(with({{"a"}, {"b"}, {"c"}}, {"a", "b"}, "connect", "tcp.timeout",
                   [](const Window&, int task, int) { return task % 3 == 2; })
                  .findings.size(),
              2U);
}

TEST(Roots, those_that_alone_are_public_are_the_way_to_the_internet) {
    const std::vector<Dependency> all{{"mail", "public"}, {"payments", "public"}, {"cache"}, {"database"}};
    const Report report = with(all, {"mail", "payments"}, "connect", "tcp.timeout", everywhere);
    expect_one(report, "reach", 2);
    EXPECT_EQ(report.findings[0].dependency, "mail");
    EXPECT_THAT(report.findings[0].reason, HasSubstr("They alone are public"));
    EXPECT_THAT(report.findings[0].reason, HasSubstr("NAT"));
    // Another public one that answers: then it is not the gateway.
    const std::vector<Dependency> more{
        {"mail", "public"}, {"payments", "public"}, {"maps", "public"}, {"cache"}};
    EXPECT_EQ(with(more, {"mail", "payments"}, "connect", "tcp.timeout", everywhere).findings.size(), 2U);
}

TEST(Roots, private_names_that_alone_do_not_exist_are_their_hosted_zone) {
    const std::vector<Dependency> all{{"mail", "public"}, {"cache"}, {"database"}};
    const Report report = with(all, {"cache", "database"}, "resolve", "dns.nxdomain", everywhere);
    expect_one(report, "reach", 2);
    EXPECT_THAT(report.findings[0].reason, HasSubstr("private hosted zone"));
}

TEST(Roots, those_behind_one_address_or_in_one_network_are_its) {
    const std::vector<Dependency> all{{"a", "private", "10.1.0.5:80"},
                                      {"b", "private", "10.1.0.5:81"},
                                      {"c", "private", "10.2.0.6:80"},
                                      {"d", "private", "10.2.9.7:80"}};
    const Report address = with(all, {"a", "b"}, "connect", "tcp.refused", everywhere);
    expect_one(address, "address", 2);
    EXPECT_THAT(address.findings[0].reason, HasSubstr("10.1.0.5"));
    const Report network = with(all, {"c", "d"}, "connect", "tcp.timeout", everywhere);
    expect_one(network, "network", 2);
    EXPECT_THAT(network.findings[0].reason, HasSubstr("10.2.0.0/16"));
}

TEST(Roots, most_that_began_together_are_one_and_those_that_did_not_are_several) {
    const std::vector<Dependency> all{{"a"}, {"b"}, {"c"}, {"d"}};
    const auto late = [](const Window&, int, int number) { return number >= 4; };
    expect_one(with(all, {"a", "b", "c"}, "connect", "tcp.timeout", late), "path", 3);
    Fleet after = fleet("production", all);
    after.change([](Window& window, int, int number) {
        if (number >= 1) fail_all(window, "a", "connect", "tcp.timeout");
        if (number >= 3) fail_all(window, "b", "connect", "tcp.timeout");
        if (number >= 5) fail_all(window, "c", "connect", "tcp.timeout");
    });
    EXPECT_EQ(compare(fleet("staging", all), after).findings.size(), 3U);
}

TEST(Roots, one_trouble_of_the_resolver_may_have_two_names) {
    const std::vector<Dependency> all{{"a"}, {"b"}};
    Fleet after = fleet("production", all);
    after.change([](Window& window, int, int) {
        fail_all(window, "a", "resolve", "dns.timeout");
        fail_all(window, "b", "resolve", "dns.servfail");
    });
    expect_one(compare(fleet("staging", all), after), "resolver", 2);
}

// Every phase takes `more` ms longer for each of its round trips, as the kernel sees, too.
Spec farther(const std::string& name, double more, double server = 0) {
    Spec spec;
    spec.name = name;
    spec.rtt_ms = 0.5 + more;
    spec.phases = {{"resolve", 1.0}, {"connect", 2.0 + more}, {"query", 5.0 + 2 * more + server}};
    return spec;
}

Fleet slow(const std::string& environment, const std::vector<Spec>& specs) {
    Fleet made(environment);
    made.tasks(8).windows(8).seed(environment == "staging" ? 1 : 2);
    for (const Spec& spec : specs)
        made.with(spec);
    return made;
}

TEST(Roots, a_longer_path_to_one_dependency_is_told_at_its_first_layer) {
    const Report report = compare(slow("staging", {farther("a", 0), farther("b", 0)}),
                                  slow("production", {farther("a", 8), farther("b", 0)}));
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_EQ(report.findings[0].layer, Layer::connect);
    EXPECT_EQ(report.findings[0].cause, "latency.network");
    EXPECT_FALSE(report.findings[0].folded.empty());
}

TEST(Roots, a_server_that_became_slow_besides_is_a_finding_of_its_own) {
    const Report report =
        compare(slow("staging", {farther("a", 0)}), slow("production", {farther("a", 2, 200)}));
    ASSERT_EQ(report.findings.size(), 2U) << told(report);
    EXPECT_EQ(report.findings[0].cause, "latency.network");
    EXPECT_EQ(report.findings[1].cause, "latency.server");
}

TEST(Roots, a_longer_path_to_all_dependencies_is_one_finding_and_the_strongest_is_told) {
    const Report report = compare(slow("staging", {farther("a", 0), farther("b", 0), farther("c", 0)}),
                                  slow("production", {farther("a", 6), farther("b", 20), farther("c", 6)}));
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_EQ(report.findings[0].dependency, "b");
    EXPECT_EQ(report.findings[0].evidence.at("shared").as_string(), "path");
    EXPECT_THAT(report.findings[0].reason, HasSubstr("3 dependencies (a,b,c)"));
}

TEST(Roots, a_name_that_became_public_explains_that_it_does_not_answer) {
    Fleet after = fleet("production", {{"storage", "public"}, {"cache"}});
    after.change([](Window& window, int, int) {
        const auto kept = dependency(window, "storage").facts;
        fail_all(window, "storage", "connect", "tcp.timeout");
        dependency(window, "storage").facts = kept;
    });
    const Report report = compare(fleet("staging", {{"storage", "private"}, {"cache"}}), after);
    ASSERT_EQ(report.findings.size(), 1U) << told(report);
    EXPECT_EQ(report.findings[0].subject, "fact:dns.scope");
    EXPECT_EQ(report.findings[0].folded.at(0).cause, "tcp.timeout");
}

TEST(Roots, failures_of_other_tasks_are_not_a_consequence) {
    Fleet after = fleet("production", {{"a"}}, 12);
    after.change([](Window& window, int task, int) {
        if (task % 3 == 0) fail_all(window, "a", "connect", "tcp.timeout");
        if (task % 3 != 0) fail(window, "a", "query", "peer.timeout", 10);
    });
    EXPECT_EQ(told(compare(fleet("staging", {{"a"}}, 12), after)),
              "a connect tcp.timeout failures critical\n"
              "a request peer.timeout failures critical\n");
}

}  // namespace
}  // namespace plumb::judge::test
