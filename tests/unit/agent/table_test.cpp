#include "agent/check/table.hpp"

#include "base/text.hpp"
#include "tests/unit/agent/outcomes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of('\n');
    const auto begin = text.rfind('\n', end);
    return text.substr(begin + 1, end - begin);
}

TEST(CheckTable, the_last_line_says_the_result_in_words) {
    const TableOptions options;
    EXPECT_EQ(last_line(render_table({test::good(), test::good("database")}, options)),
              "Result: all 2 dependencies are ok.");
    EXPECT_EQ(last_line(render_table({test::good()}, options)), "Result: the one dependency is ok.");
    EXPECT_EQ(last_line(render_table({test::good(), test::bad()}, options)),
              "Result: 1 of 2 dependencies failed: database (connect: tcp.timeout).");
}

TEST(CheckTable, many_failures_are_counted_and_the_first_named) {
    const auto text =
        render_table({test::bad("a"), test::bad("b"), test::bad("c"), test::bad("d"), test::bad("e")}, {});
    EXPECT_THAT(last_line(text), EndsWith("c (connect: tcp.timeout) and 2 more."));
}

TEST(CheckTable, what_failed_stands_together_at_the_end_when_it_is_more_than_the_eye_holds) {
    std::vector<Outcome> outcomes{test::bad("nodns"), test::bad("a-longer-name"), test::bad("c"),
                                  test::good()};
    EXPECT_THAT(render_table(outcomes, {}), Not(HasSubstr("\n✗ nodns   ")));
    outcomes.push_back(test::bad("d"));
    outcomes[0].failure = Failure{"resolve", Cause::dns_nxdomain, ""};
    EXPECT_THAT(render_table(outcomes, {}),
                HasSubstr("\n\n✗ nodns           resolve   dns.nxdomain\n"
                          "✗ a-longer-name   connect   tcp.timeout\n"
                          "✗ c               connect   tcp.timeout\n"
                          "✗ d               connect   tcp.timeout\n\nResult: 4 of 5 dependencies failed: "));
}

TEST(CheckTable, the_result_is_wrapped_where_it_is_asked_for) {
    const std::vector<Outcome> outcomes{test::bad("payments-of-the-shop"), test::bad("database-of-the-shop"),
                                        test::bad("cache-of-the-shop")};
    TableOptions options;
    options.wrap_result = true;
    EXPECT_THAT(
        render_table(outcomes, options),
        EndsWith("\nResult: 3 of 3 dependencies failed: payments-of-the-shop (connect: tcp.timeout),\n"
                 "        database-of-the-shop (connect: tcp.timeout), cache-of-the-shop (connect:\n"
                 "        tcp.timeout).\n"));
    options.wrap_result = false;
    EXPECT_GT(display_width(last_line(render_table(outcomes, options))), 80U);
}

TEST(CheckTable, a_phase_that_measured_nothing_shows_no_time) {
    auto outcome = test::good();
    outcome.phases[0].duration = {};
    EXPECT_THAT(render_table({outcome}, {}), HasSubstr("    resolve - · connect 403 µs"));
    auto failed = test::bad();
    failed.phases[0].duration = {};
    EXPECT_THAT(render_table({failed}, {}), HasSubstr("    resolve" + std::string(15, ' ') + "-\n"));
}

TEST(CheckTable, a_long_name_of_a_gauge_keeps_the_bars_in_their_column) {
    auto outcome = test::good();
    outcome.gauge("redis.clients_of_the_whole_shard_group", 90, 100, true);
    EXPECT_THAT(render_table({outcome}, {}),
                HasSubstr("    redis.clients                █████████████████░░░ 87 of 100\n"
                          "    redis.clients_of_the_whole_shard_group\n"
                          "                                 ██████████████████░░ 90 of 100\n"));
}

TEST(CheckTable, forty_columns_hold_percentiles_facts_and_amounts) {
    TableOptions options;
    options.terminal = Terminal(false, 40);
    options.verbose = true;
    auto outcome = test::good();
    outcome.fact("redis.persistence_policy", FactClass::ordered, "every 60 s when 10000 keys have changed");
    outcome.gauge("redis.clients_of_the_shard_group", 90, 100, true);
    const auto text = render_table(std::vector<Outcome>(120, outcome), options);
    for (const auto line : split(text, '\n'))
        EXPECT_LE(display_width(line), 40U) << line;
    EXPECT_THAT(text, HasSubstr("p50       max\n"));
    EXPECT_THAT(text, HasSubstr("    redis.persistence_policy\n        every 60 s when 10000 keys have\n"));
}

TEST(CheckTable, a_failure_shows_its_phase_cause_reason_and_next_action) {
    const auto text = render_table({test::bad()}, {});
    const auto& info = cause_info(Cause::tcp_timeout);
    EXPECT_THAT(text, HasSubstr("✗ database  postgres"));
    EXPECT_THAT(text, HasSubstr("FAILED at connect"));
    EXPECT_THAT(text, HasSubstr("    resolve          310 µs  ▏\n"));
    EXPECT_THAT(
        text, HasSubstr("    connect          2.00 s  ████████████████████████████████████████  ✗ FAILED\n"));
    EXPECT_THAT(text, HasSubstr("    cause   tcp.timeout: "));
    EXPECT_THAT(text, HasSubstr("    detail  no answer from 10.0.1.7:5432"));
    EXPECT_THAT(text, HasSubstr("    reason  " + std::string(info.reason.substr(0, 20))));
    EXPECT_THAT(text, HasSubstr("    next    " + std::string(info.action.substr(0, 20))));
}

TEST(CheckTable, a_gauge_is_a_bar) {
    EXPECT_THAT(render_table({test::good()}, {}),
                HasSubstr("redis.clients                █████████████████░░░ 87 of 100"));
}

TEST(CheckTable, no_line_is_wider_than_the_terminal) {
    auto outcome = test::bad();
    outcome.failure->detail =
        std::string("the server said ") + std::string(15, 'x') + " and went on for long, too long for a line";
    const auto text = render_table({outcome, test::good()}, {});
    for (const auto line : split(text, '\n'))
        EXPECT_LE(display_width(line), 80U) << line;
}

TEST(CheckTable, a_narrow_terminal_gets_the_result_on_a_line_of_its_own_and_no_bar) {
    TableOptions options;
    options.terminal = Terminal(false, 40);
    auto outcome = test::good("cache-of-the-checkout-service");
    const auto text = render_table({outcome}, options);
    for (const auto line : split(text, '\n'))
        EXPECT_LE(display_width(line), 40U) << line;
    EXPECT_THAT(text, StartsWith("✓ cache-of-the-checkout-service  redis\n    10.0.1.9:6379  914 µs\n"));
    EXPECT_THAT(text, HasSubstr("\n    redis.clients 87 of 100\n"));
    EXPECT_THAT(text, Not(HasSubstr("█")));
}

TEST(CheckTable, repeated_runs_stand_together_with_the_middle_and_the_longest_duration) {
    auto slow = test::good();
    slow.phases[1].duration = std::chrono::milliseconds(40);
    const auto text = render_table({test::good(), test::good(), slow}, {});
    EXPECT_THAT(text, HasSubstr("3 runs ok"));
    EXPECT_THAT(text, HasSubstr("                        p50       max\n"));
    EXPECT_THAT(text, HasSubstr("    connect          403 µs   40.0 ms\n"));
    EXPECT_THAT(text, Not(HasSubstr("totals")));
    auto failed = test::bad("cache");
    const auto mixed = render_table({test::good(), failed, test::good()}, {});
    EXPECT_THAT(mixed, HasSubstr("1 of 3 runs FAILED"));
    EXPECT_THAT(mixed, HasSubstr("    failed  tcp.timeout at connect × 1\n    the last failed run:\n"));
    EXPECT_THAT(mixed,
                EndsWith("Result: 1 of 1 dependency failed: cache (connect: tcp.timeout, 1 of 3 runs).\n"));
}

TEST(CheckTable, many_runs_show_the_percentiles_they_support_and_a_histogram_of_their_totals) {
    std::vector<Outcome> runs(100, test::good());
    runs[7].total = std::chrono::milliseconds(91);
    const auto text = render_table(runs, {});
    EXPECT_THAT(text, HasSubstr("p50       p90       p99       max\n"));
    EXPECT_THAT(text, HasSubstr("    total            914 µs    914 µs    914 µs   91.0 ms\n"));
    EXPECT_THAT(text, HasSubstr("    totals          █        ▁  914 µs to 91.0 ms\n"));
    runs.resize(12);
    EXPECT_THAT(render_table(runs, {}), HasSubstr("p50       p90       max\n"));
}

TEST(CheckTable, failures_of_several_runs_are_counted_by_their_cause) {
    std::vector<Outcome> runs(3, test::bad("cache"));
    runs[1].failure = Failure{"resolve", Cause::dns_servfail, ""};
    runs.push_back(test::good());
    EXPECT_THAT(render_table(runs, {}),
                HasSubstr("    failed  tcp.timeout at connect × 2, dns.servfail at resolve × 1\n"));
}

Kind kind_with_phases() {
    Kind kind{};
    kind.name = "postgres";
    kind.schemes = {{"postgres", 5432, false}, {"postgress", 5432, true}};
    kind.catalog.phases = {{phase::resolve, ""},   {phase::connect, ""}, {phase::tunnel, "", true},
                           {phase::handshake, ""}, {phase::query, ""},   {phase::inspect, ""}};
    return kind;
}

TEST(CheckTable, the_phases_behind_the_failed_one_are_told_as_not_reached) {
    const std::vector<Kind> kinds{kind_with_phases()};
    TableOptions options;
    options.kinds = kinds;
    auto outcome = test::bad();
    EXPECT_THAT(render_table({outcome}, options), HasSubstr("\n    not reached: query · inspect\n"));
    outcome.target = "postgress://db:5432/x";
    EXPECT_THAT(render_table({outcome}, options),
                HasSubstr("\n    not reached: handshake · query · inspect\n"));
    options.connect_only = {"database"};
    EXPECT_THAT(render_table({outcome}, options), HasSubstr("\n    not reached: handshake\n"));
    options.kinds = {};
    EXPECT_THAT(render_table({outcome}, options), Not(HasSubstr("not reached")));
}

TEST(CheckTable, trouble_comes_before_what_is_well) {
    const auto text = render_table({test::good(), test::bad(), test::good("sessions")}, {});
    EXPECT_LT(text.find("✗ database"), text.find("✓ cache"));
    EXPECT_LT(text.find("✓ cache"), text.find("✓ sessions"));
}

TEST(CheckTable, reason_and_next_are_whole_thoughts_and_the_end_says_where_the_rest_stands) {
    const auto text = render_table({test::bad(), test::bad("other")}, {});
    const auto& info = cause_info(Cause::tcp_timeout);
    EXPECT_THAT(text, testing::AnyOf(HasSubstr("; …\n"), HasSubstr(". …\n")));
    EXPECT_THAT(text, HasSubstr("\nIn full: plumb-agent explain tcp.timeout\n\nResult: "));
    auto other = test::bad("other");
    other.failure->cause = Cause::dns_nxdomain;
    EXPECT_THAT(render_table({test::bad(), other}, {}),
                HasSubstr("\nIn full: plumb-agent explain tcp.timeout (likewise dns.nxdomain)\n"));
    TableOptions options;
    options.verbose = true;
    options.terminal = Terminal(false, 5000);
    const auto whole = render_table({test::bad()}, options);
    EXPECT_THAT(whole, HasSubstr(std::string(info.reason)));
    EXPECT_THAT(whole, Not(HasSubstr("In full")));
}

TEST(CheckTable, what_was_said_on_the_wire_shows_step_by_step_when_asked_for) {
    auto outcome = test::good();
    outcome.said = {{std::chrono::microseconds(700), true, "PING"},
                    {std::chrono::microseconds(910), false, "PONG"}};
    TableOptions options;
    EXPECT_THAT(render_table({outcome}, options), Not(HasSubstr("PING")));
    options.verbose = true;
    EXPECT_THAT(render_table({outcome}, options),
                HasSubstr("    on the wire:\n       700 µs → PING\n       910 µs ← PONG\n"));
}

TEST(CheckTable, what_was_said_ends_with_the_silence_that_a_run_timed_out_in) {
    auto outcome = test::bad();
    outcome.said = {{std::chrono::microseconds(322), true, "TCP SYN to 10.0.1.7:5432"}};
    TableOptions options;
    options.verbose = true;
    EXPECT_THAT(render_table({outcome}, options),
                HasSubstr("→ TCP SYN to 10.0.1.7:5432\n       2.00 s ← nothing until 2.00 s\n"));
    outcome.said.push_back({std::chrono::microseconds(400), false, "half an answer"});
    EXPECT_THAT(render_table({outcome}, options), HasSubstr("       2.00 s ← nothing more until 2.00 s\n"));
    outcome.failure->cause = Cause::tcp_refused;
    EXPECT_THAT(render_table({outcome}, options), Not(HasSubstr("until")));
}

TEST(CheckTable, a_gauge_that_refuses_nothing_shows_from_half_of_its_limit_on) {
    auto outcome = test::good();
    outcome.gauge("redis.memory", 10, 100);
    EXPECT_THAT(render_table({outcome}, {}), Not(HasSubstr("redis.memory")));
    outcome.gauge("redis.memory", 50, 100);
    EXPECT_THAT(render_table({outcome}, {}),
                HasSubstr("redis.memory                 ██████████░░░░░░░░░░ 50 of 100"));
}

TEST(CheckTable, facts_and_addresses_show_when_asked_for) {
    TableOptions options;
    EXPECT_THAT(render_table({test::good()}, options), Not(HasSubstr("7.0.15")));
    options.verbose = true;
    const auto text = render_table({test::good()}, options);
    EXPECT_THAT(text, HasSubstr("redis.version"));
    EXPECT_THAT(text, HasSubstr("7.0.15"));
    EXPECT_THAT(text, HasSubstr("tried 10.0.1.9:6379 ok in 403 µs"));
    EXPECT_THAT(text, HasSubstr("network round trip 120 µs"));
}

TEST(CheckTable, an_address_that_failed_shows_also_when_the_next_one_served) {
    auto outcome = test::good();
    outcome.attempts.insert(outcome.attempts.begin(),
                            {"10.0.2.9:6379", Cause::tcp_refused, std::chrono::microseconds(90)});
    const auto text = render_table({outcome}, {});
    EXPECT_THAT(text, StartsWith("✓ "));
    EXPECT_THAT(text, HasSubstr("    tried   10.0.2.9:6379 tcp.refused, 10.0.1.9:6379 ok\n"));
    EXPECT_THAT(render_table({test::good()}, {}), Not(HasSubstr("tried")));
}

// A kind of which only the units of its gauges matter.
Kind kind_with_gauges() {
    Kind kind{};
    kind.name = "sample";
    kind.catalog.gauges = {
        {"sample.memory", "bytes", "", false},      {"sample.age", "transactions", "", true},
        {"sample.fresh", "transactions", "", true}, {"sample.lag", "s", "", false},
        {"sample.evictions", "1/s", "", false},     {"sample.factor", "ratio", "", false}};
    return kind;
}

TEST(CheckTable, an_amount_is_told_in_its_unit_and_in_the_scale_of_its_limit) {
    const std::vector<Kind> kinds{kind_with_gauges()};
    TableOptions options;
    options.kinds = kinds;
    options.verbose = true;
    auto outcome = test::good();
    outcome.gauge("sample.memory", 673'576, 64.0 * 1024 * 1024);
    outcome.gauge("sample.age", 190'000'000, 2'146'483'647);
    outcome.gauge("sample.fresh", 62, 2'146'483'647);
    outcome.gauge("sample.lag", 3.25);
    outcome.gauge("sample.evictions", 12);
    outcome.gauge("sample.factor", 1.5);
    const auto text = render_table({outcome}, options);
    EXPECT_THAT(text, HasSubstr(" 0.642 of 64 Mi\n"));
    EXPECT_THAT(text, HasSubstr(" 0.19 of 2.15 G\n"));
    EXPECT_THAT(text, HasSubstr(" 62 of 2.15 G\n"));
    EXPECT_THAT(text, HasSubstr(" 3.25 s\n"));
    EXPECT_THAT(text, HasSubstr(" 12/s\n"));
    EXPECT_THAT(text, HasSubstr(" 1.5\n"));
}

TEST(CheckTable, a_long_name_and_its_value_stay_apart) {
    TableOptions options;
    options.verbose = true;
    auto outcome = test::good();
    outcome.fact("sample.a_name_that_is_longer_than_its_column", FactClass::informational, "on");
    EXPECT_THAT(render_table({outcome}, options), HasSubstr("longer_than_its_column on\n"));
}

TEST(CheckTable, an_interruption_is_said) {
    TableOptions options;
    options.expected = 3;
    options.dependencies_without_outcome = {"database", "search"};
    const auto text = render_table({test::good()}, options);
    EXPECT_THAT(text, HasSubstr("not checked before the interruption: database, search"));
    EXPECT_EQ(last_line(text), "Result: 1 of 3 dependencies ok. Interrupted: 2 of 3 targets not checked.");
}

TEST(CheckTable, an_interruption_of_many_runs_says_how_many_there_were) {
    TableOptions options;
    options.interrupted = true;
    options.repeat = 50;
    options.expected = 2;
    const std::vector<Outcome> runs{test::good(), test::good(), test::good("search")};
    EXPECT_EQ(result_line(runs, options),
              "Result: all 2 dependencies are ok. Interrupted after 3 of 100 runs.\n");
    options.dependencies_without_outcome = {"database"};
    options.expected = 3;
    EXPECT_EQ(
        result_line(runs, options),
        "Result: 2 of 3 dependencies ok. Interrupted after 3 of 150 runs; 1 of 3 targets not checked.\n");
    options = {};
    options.interrupted = true;
    EXPECT_EQ(result_line({test::good()}, options), "Result: the one dependency is ok. Interrupted.\n");
}

TEST(CheckTable, a_run_that_was_cut_short_tells_how_far_it_came) {
    TableOptions options;
    options.expected = 3;
    options.dependencies_without_outcome = {"database", "search"};
    auto cut = test::bad();
    cut.failure->cause = Cause::local_cancelled;
    options.cut_short = {cut};
    const auto text = render_table({test::good()}, options);
    EXPECT_THAT(text,
                HasSubstr("- database  postgres                                      interrupted in connect\n"
                          "    resolve 310 µs · connect 2.00 s\n"
                          "- not checked before the interruption: search\n"));
    EXPECT_EQ(last_line(text), "Result: 1 of 3 dependencies ok. Interrupted: 2 of 3 targets not checked.");
}

TEST(CheckTable, colour_shows_only_on_a_terminal) {
    EXPECT_THAT(render_table({test::bad()}, {}), Not(HasSubstr("\x1b")));
    TableOptions options;
    options.terminal = Terminal(true, 80);
    EXPECT_THAT(render_table({test::bad()}, options), HasSubstr("\x1b["));
}

}  // namespace
}  // namespace plumb::agent
