#include "agent/explain.hpp"

#include "model/cause.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Terminal kPlain{false, 80};

constexpr FactInfo kVersion{"cellar.version", FactClass::ordered, "version of the cellar"};
constexpr GaugeInfo kBottles{"cellar.bottles", "bottles", "bottles in the racks", true};

Kind cellar() {
    Kind kind{};
    kind.name = "cellar";
    kind.schemes = {{"cellar", 4711}, {"cellars", 4712, true}};
    kind.options = {{"rack", "which rack is looked at"}};
    kind.catalog.phases = {{phase::resolve, "the name to addresses"}};
    kind.catalog.causes = {Cause::dns_nxdomain};
    kind.catalog.facts = {kVersion};
    kind.catalog.gauges = {kBottles};
    return kind;
}

const std::vector<Kind> kKinds{cellar()};

std::string explain_with_fact(const FactInfo& fact, std::string_view word) {
    auto kind = cellar();
    kind.catalog.facts = {fact};
    const std::vector<Kind> kinds{kind};
    return explain(word, kinds, kPlain).value();
}

TEST(Explain, a_code_is_explained_with_meaning_reason_and_action) {
    const auto page = explain("tcp.refused", kKinds, kPlain).value();
    EXPECT_THAT(page, StartsWith("tcp.refused  (layer connect, category drift)\n"));
    EXPECT_THAT(page, HasSubstr("\n  meaning "));
    EXPECT_THAT(page, HasSubstr("\n  reason "));
    EXPECT_THAT(page, HasSubstr("\n  next "));
}

TEST(Explain, what_a_driver_printed_finds_the_cause_in_any_case) {
    EXPECT_THAT(explain("28P01", kKinds, kPlain).value(), HasSubstr("postgres.auth_failed"));
    EXPECT_THAT(explain("28p01", kKinds, kPlain).value(), HasSubstr("postgres.auth_failed"));
    EXPECT_THAT(explain("ECONNREFUSED", kKinds, kPlain).value(), HasSubstr("tcp.refused"));
}

TEST(Explain, every_cause_has_a_page_and_stands_in_the_list) {
    const auto list = list_causes(kKinds, kPlain);
    for (const auto& info : all_causes()) {
        EXPECT_TRUE(explain(info.code, kKinds, kPlain).has_value()) << info.code;
        EXPECT_THAT(list, HasSubstr(std::string(info.code)));
    }
}

TEST(Explain, a_kind_shows_what_it_measures) {
    EXPECT_EQ(explain("Cellar", kKinds, kPlain).value(),
              "cellar  (cellar on port 4711, cellars on port 4712)\n"
              "\nphases\n"
              "  resolve  the name to addresses\n"
              "\ncauses\n"
              "  dns.nxdomain  " +
                  std::string(cause_info(Cause::dns_nxdomain).meaning) +
                  "\n"
                  "\nfacts\n"
                  "  cellar.version  ordered: version of the cellar\n"
                  "\ngauges\n"
                  "  cellar.bottles  bottles, refuses at its limit: bottles in the racks\n"
                  "\noptions\n"
                  "  rack  which rack is looked at\n");
    EXPECT_THAT(list_causes(kKinds, kPlain), HasSubstr("plumb-agent explain cellar\n"));
}

TEST(Explain, a_fact_or_gauge_is_found_by_its_name) {
    EXPECT_EQ(explain("cellar.version", kKinds, kPlain).value(),
              "cellar.version  (fact of cellar)\n  meaning ordered: version of the cellar\n");
    EXPECT_THAT(*explain("probe.breaker", kKinds, kPlain), HasSubstr("(fact of plumb-agent run)"));
    EXPECT_THAT(*explain("probe.pace", kKinds, kPlain), HasSubstr("how far apart log-ins are kept"));
    EXPECT_THAT(explain("CELLAR.bottles", kKinds, kPlain).value(),
                StartsWith("cellar.bottles  (gauge of cellar)\n"));
}

TEST(Explain, a_numbered_fact_is_found_as_it_is_printed) {
    EXPECT_THAT(explain_with_fact({"cellar.N.wood", FactClass::informational, "its wood"}, "cellar.12.wood"),
                StartsWith("cellar.N.wood  (fact of cellar)\n"));
}

TEST(Explain, a_word_that_is_a_cause_and_a_fact_shows_both) {
    const auto page =
        explain_with_fact({"http.status", FactClass::must_match, "status of the answer"}, "http.status");
    EXPECT_THAT(page, StartsWith("http.status  (layer request"));
    EXPECT_THAT(page, HasSubstr("\nhttp.status  (fact of cellar)\n"));
}

TEST(Explain, a_scheme_finds_its_kind) {
    EXPECT_EQ(explain("cellars", kKinds, kPlain).value(), explain("cellar", kKinds, kPlain).value());
}

TEST(Explain, an_unknown_word_names_the_nearest) {
    EXPECT_EQ(explain("tcp.timout", kKinds, kPlain).error().message,
              "'tcp.timout' is no cause, kind of probe, fact or gauge; did you mean 'tcp.timeout'? "
              "`plumb-agent explain` lists the causes and kinds");
    EXPECT_EQ(explain("redis://:hunter2@cache", kKinds, kPlain).error().message,
              "'redis://***' is no cause, kind of probe, fact or gauge; `plumb-agent explain` lists the "
              "causes and kinds");
    EXPECT_EQ(explain("zzzzzzzzzzzzzzzzzzzz", kKinds, kPlain).error().message,
              "'zzzzzzzzzzzzzzzzzzzz' is no cause, kind of probe, fact or gauge; `plumb-agent explain` lists "
              "the causes and kinds");
}

}  // namespace
}  // namespace plumb::agent
