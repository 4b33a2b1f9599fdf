#include "model/outcome.hpp"

#include "model/window.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Outcome, a_fact_is_added_or_replaced) {
    Outcome outcome;
    outcome.fact("tls.version", FactClass::must_match, "TLSv1.2");
    outcome.fact("tls.version", FactClass::ordered, "TLSv1.3");
    ASSERT_EQ(outcome.facts.size(), 1U);
    EXPECT_EQ(*outcome.find_fact("tls.version"), (Fact{"tls.version", FactClass::ordered, "TLSv1.3"}));
    EXPECT_EQ(outcome.find_fact("none"), nullptr);
}

TEST(Outcome, facts_are_escaped_cut_and_bounded_in_number) {
    Outcome outcome;
    outcome.fact("server", FactClass::informational, "evil\x1b[2J" + std::string(1000, 'x'));
    EXPECT_LE(outcome.facts[0].value.size(), kMaxFactValue);
    EXPECT_EQ(outcome.facts[0].value.substr(0, 11), "evil\\x1B[2J");
    for (int i = 0; i < 1000; ++i)
        outcome.fact("f" + std::to_string(i), FactClass::informational, "x");
    EXPECT_EQ(outcome.facts.size(), kMaxFacts);
    outcome.fact("f0", FactClass::informational, "still replaced");
    EXPECT_EQ(outcome.find_fact("f0")->value, "still replaced");
}

TEST(Outcome, a_gauge_is_added_or_replaced_and_must_be_a_number) {
    Outcome outcome;
    outcome.gauge("postgres.connections", 80, 100, true);
    outcome.gauge("postgres.connections", 87, 97, true);
    outcome.gauge("broken", std::nan(""));
    outcome.gauge("unlimited", 5, std::numeric_limits<double>::infinity());
    ASSERT_EQ(outcome.gauges.size(), 2U);
    EXPECT_EQ(outcome.find_gauge("postgres.connections")->value, 87);
    EXPECT_EQ(outcome.find_gauge("postgres.connections")->limit, 97);
    EXPECT_FALSE(outcome.find_gauge("unlimited")->limit);
    for (int i = 0; i < 1000; ++i)
        outcome.gauge("g" + std::to_string(i), i);
    EXPECT_EQ(outcome.gauges.size(), kMaxGauges);
}

TEST(FactClasses, round_trip) {
    for (const FactClass cls : {FactClass::must_match, FactClass::must_differ, FactClass::must_agree,
                                FactClass::ordered, FactClass::informational}) {
        EXPECT_EQ(parse_fact_class(to_string(cls)), cls);
    }
    EXPECT_FALSE(parse_fact_class("must-match"));
}

}  // namespace
}  // namespace plumb
