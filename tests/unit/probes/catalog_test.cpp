#include "probes/limits.hpp"
#include "probes/probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr FactInfo kSubject{"tls.chain.N.subject", FactClass::informational, "subject"};
constexpr GaugeInfo kSlots{"slots", "connections", "slots in use", true};

Catalog small_catalog() {
    Catalog catalog;
    catalog.phases = {{phase::resolve, ""}, {phase::connect, ""}};
    catalog.causes = {Cause::tcp_refused};
    catalog.facts = {kSubject};
    catalog.gauges = {kSlots};
    return catalog;
}

TEST(Catalog, what_is_declared_is_no_stray) {
    Outcome outcome;
    outcome.phases = {{phase::connect, 1ms}};
    outcome.fact(kSubject, 12, "CN=x");
    outcome.gauge(kSlots, 3, 10);
    outcome.failure = Failure{"connect", Cause::tcp_refused, ""};
    EXPECT_THAT(undeclared(small_catalog(), outcome), IsEmpty());
    EXPECT_NE(outcome.find_fact("tls.chain.12.subject"), nullptr);
    EXPECT_TRUE(outcome.find_gauge("slots")->refuses_at_limit);
}

TEST(Catalog, a_part_of_a_name_may_stand_for_a_number_or_any_name) {
    EXPECT_TRUE(is_instance("image.packages.list.12", "image.packages.list.N"));
    EXPECT_FALSE(is_instance("image.packages.list.", "image.packages.list.N"));
    EXPECT_FALSE(is_instance("image.packages.list.x", "image.packages.list.N"));
    EXPECT_TRUE(is_instance("env.DATABASE_URL", "env.NAME"));
    EXPECT_TRUE(is_instance("env.DATABASE_URL.value", "env.NAME.value"));
    EXPECT_TRUE(is_instance("sockets.my.db-1.connections", "sockets.NAME.connections"));
    EXPECT_FALSE(is_instance("sockets..connections", "sockets.NAME.connections"));
    EXPECT_FALSE(is_instance("env.", "env.NAME"));
    EXPECT_FALSE(is_instance("tls.version", "tls.versions"));
    EXPECT_TRUE(is_instance("tls.version", "tls.version"));
}

TEST(Catalog, what_is_not_declared_is_named) {
    Outcome outcome;
    outcome.phases = {{phase::query, 1ms}};
    outcome.fact("tls.chain.x.subject", FactClass::informational, "");
    outcome.fact("tls.chain..subject", FactClass::informational, "");
    outcome.gauge("seats", 1);
    Attempt attempt;
    attempt.failed = Cause::tcp_timeout;
    outcome.attempts = {attempt};
    outcome.failure = Failure{"query", Cause::peer_closed, ""};
    EXPECT_THAT(undeclared(small_catalog(), outcome),
                ElementsAre("phase query", "fact tls.chain.x.subject", "fact tls.chain..subject",
                            "gauge seats", "cause tcp.timeout", "cause peer.closed"));
}

TEST(Catalog, trouble_of_our_own_may_stand_anywhere) {
    Outcome outcome;
    outcome.failure = Failure{"connect", Cause::local_descriptors, ""};
    EXPECT_THAT(undeclared(small_catalog(), outcome), IsEmpty());
}

TEST(Catalog, adding_one_keeps_what_both_have_once) {
    auto catalog = small_catalog();
    catalog.add(small_catalog());
    EXPECT_EQ(catalog.phases.size(), 2U);
    EXPECT_EQ(catalog.causes.size(), 1U);
    EXPECT_EQ(catalog.facts.size(), 1U);
    EXPECT_EQ(catalog.gauges.size(), 1U);
}

Target target_of(const std::string& url) {
    Target target;
    target.url = parse_url(url).value();
    return target;
}

Kind small_kind(bool in_fragment = false) {
    Kind kind{};
    kind.name = "small";
    kind.options_in_fragment = in_fragment;
    kind.catalog = small_catalog();
    return kind;
}

std::string complaint(const std::string& url) {
    auto target = target_of(url);
    const auto taken = take_limits(small_kind(), target);
    return taken ? "" : taken.error().message;
}

TEST(Limits, leave_the_query_and_join_those_of_the_configuration) {
    auto target = target_of("small://h?limit.connect=500ms&own=1");
    target.limits = {{"resolve", 1s}};
    ASSERT_TRUE(take_limits(small_kind(), target));
    ASSERT_EQ(target.limits.size(), 2U);
    EXPECT_EQ(target.limits[1].phase, "connect");
    EXPECT_EQ(target.limits[1].limit, 500ms);
    EXPECT_THAT(target.url.query, ElementsAre(testing::Pair("own", "1")));
}

TEST(Limits, stand_in_the_fragment_where_the_query_is_the_servers) {
    auto target = target_of("small://h?limit.connect=1ms#limit.connect=2s");
    ASSERT_TRUE(take_limits(small_kind(true), target));
    ASSERT_EQ(target.limits.size(), 1U);
    EXPECT_EQ(target.limits[0].limit, 2s);
    EXPECT_EQ(target.url.query.size(), 1U);
}

TEST(Limits, of_what_cannot_be_limited_are_refused_with_the_remedy) {
    EXPECT_EQ(complaint("small://h?limit.conect=1s"),
              "limit: small has no phase 'conect'; did you mean 'connect'? (known: resolve connect)");
    EXPECT_EQ(complaint("small://h?limit.connect=5"),
              "option 'limit.connect' should be a duration, as in limit.connect=500ms");
    for (const std::string limit : {"0s", "1us", "999us"}) {
        EXPECT_EQ(complaint("small://h?limit.connect=" + limit),
                  "limit of phase 'connect' must be 1ms or more");
    }
    EXPECT_EQ(complaint("small://h?limit.connect=1s&limit.connect=2s"),
              "limit of phase 'connect' is given twice");
}

}  // namespace
}  // namespace plumb
