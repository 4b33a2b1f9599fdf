// The documented JSON, and the report for people and CI, byte for byte.
#include "controller/judge/report/render.hpp"

#include "controller/judge/answer/verdict.hpp"
#include "controller/judge/finding/finding_json.hpp"
#include "controller/judge/finding/judgement.hpp"
#include "controller/judge/report/report_words.hpp"
#include "tests/unit/judge/fleet.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::judge::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report sample() {
    Report report;
    report.verdict = Verdict::hold;
    Finding finding = finding_for("tcp.timeout", "database", Layer::connect, "failures");
    finding.severity = Severity::critical;
    finding.baseline = "0 of 360 runs failed";
    finding.candidate = "120 of 120 runs failed there";
    finding.scope = {{"zone", "us-east-1b"}};
    finding.confidence = 0.999;
    finding.reason = "A security group <drops> the packets.";
    finding.action = "Compare the security groups.";
    finding.evidence["phase"] = "connect";
    finding.evidence["causes"] = {{"tcp.timeout", 120}};
    Finding effect = finding_for("latency.unknown", "database", Layer::request, "latency:query:p50");
    effect.baseline = "5.00 ms";
    effect.candidate = "9.00 ms";
    effect.reason = "r";
    effect.action = "a";
    finding.folded.push_back(effect);
    report.findings.push_back(finding);
    report.coverage = boost::json::parse(R"({
        "baseline": {"selector": "environment=staging", "tasks": 3, "gone": 0, "windows": 12, "newest_age_s": 4},
        "candidate": {"selector": "production", "tasks": 1, "gone": 0, "windows": 4, "newest_age_s": 5},
        "judged": {"dependencies": 1, "failures": 3, "facts": 2, "gauges": 1, "latency": 0},
        "not_judged": [
            {"dependency": "cache", "subject": "latency", "reason": "too little", "blocks": false},
            {"dependency": "mail", "subject": "latency", "reason": "too little", "blocks": false}],
        "accepted": [{"dependency": "cache", "subject": "fact:x", "reason": "smaller", "owner": "db",
                      "until": "2027-02-01T00:00:00Z"}],
        "ignored": 0, "errors": []})")
                          .as_object();
    return report;
}

TEST(Json, has_exactly_the_documented_form) {
    EXPECT_EQ(to_json(sample()), R"({
  "verdict": "hold",
  "findings": [
    {
      "category": "drift",
      "severity": "critical",
      "dependency": "database",
      "layer": "connect",
      "cause": "tcp.timeout",
      "subject": "failures",
      "baseline": "0 of 360 runs failed",
      "candidate": "120 of 120 runs failed there",
      "scope": {"zone": "us-east-1b"},
      "confidence": 0.999,
      "reason": "A security group <drops> the packets.",
      "action": "Compare the security groups.",
      "evidence": {
        "phase": "connect",
        "causes": {"tcp.timeout": 120},
        "folded": [
          {
            "category": "drift",
            "severity": "warning",
            "dependency": "database",
            "layer": "request",
            "cause": "latency.unknown",
            "subject": "latency:query:p50",
            "baseline": "5.00 ms",
            "candidate": "9.00 ms",
            "scope": {},
            "confidence": 0,
            "reason": "r",
            "action": "a",
            "evidence": {}
          }
        ]
      }
    }
  ],
  "coverage": {
    "baseline": {"selector": "environment=staging", "tasks": 3, "gone": 0, "windows": 12, "newest_age_s": 4},
    "candidate": {"selector": "production", "tasks": 1, "gone": 0, "windows": 4, "newest_age_s": 5},
    "judged": {"dependencies": 1, "failures": 3, "facts": 2, "gauges": 1, "latency": 0},
    "not_judged": [
      {"dependency": "cache", "subject": "latency", "reason": "too little", "blocks": false},
      {"dependency": "mail", "subject": "latency", "reason": "too little", "blocks": false}
    ],
    "accepted": [
      {"dependency": "cache", "subject": "fact:x", "reason": "smaller", "owner": "db", "until": "2027-02-01T00:00:00Z"}
    ],
    "ignored": 0,
    "errors": []
  }
}
)");
}

TEST(Json, is_json_whatever_the_texts_hold) {
    Report report = sample();
    report.findings[0].candidate = "a\x1b[31m\"quote\"\\ \n\xff end";
    report.findings[0].evidence["odd"] = {1.5, -0.25, nullptr, true, boost::json::object{}};
    const auto parsed = boost::json::parse(to_json(report));
    EXPECT_EQ(parsed.at("findings").at(0).at("candidate").as_string(),
              "a\\x1B[31m\"quote\"\\ \\x0A\\xFF end");
    EXPECT_DOUBLE_EQ(parsed.at("findings").at(0).at("evidence").at("odd").at(1).as_double(), -0.25);
}

TEST(Text, tells_verdict_then_what_where_why_and_next_within_80_columns) {
    const std::string text = to_text(sample(), Terminal(false, 80));
    EXPECT_EQ(text, R"(HOLD  staging → production: 1 finding holds

 1  database  connect  tcp.timeout  critical drift
    saw      staging: 0 of 360 runs failed; production: 120 of 120 runs failed
             there
    where    zone=us-east-1b
    why      A security group <drops> the packets.
    next     Compare the security groups.
    explains latency:query:p50

Not judged
  - cache latency, mail latency: too little

Accepted by the policy
  - cache fact:x: smaller (until 2027-01-31)

staging: 3 tasks (12 windows, newest 4 s ago); production: 1 task (4 windows,
newest 5 s ago). Compared: 1 dependency, 3 phases for failures, 2 facts, 1
gauge, 0 latencies.
)");
}

TEST(Text, keeps_to_the_width_of_the_terminal_and_paints_only_when_asked) {
    Report report = compare(staging(), production().change([](Window& window, int, int) {
        fail_all(window, "database", "connect", "tcp.timeout");
    }));
    for (const int width : {40, 60, 80, 1000}) {
        std::istringstream lines(to_text(report, Terminal(false, width)));
        for (std::string line; std::getline(lines, line);) {
            EXPECT_LE(display_width(line), static_cast<std::size_t>(std::max(60, std::min(width, 100))))
                << line;
        }
    }
    EXPECT_THAT(to_text(report, Terminal(false, 80)), Not(HasSubstr("\x1b")));
    EXPECT_THAT(to_text(report, Terminal(true, 80)), HasSubstr("\x1b[31mHOLD"));
}

TEST(Text, says_what_evidence_is_missing) {
    const std::string text = to_text(compare(staging().tasks(0), production()), Terminal(false, 80));
    EXPECT_THAT(text, HasSubstr("INSUFFICIENT EVIDENCE"));
    EXPECT_THAT(
        text, HasSubstr("Evidence is missing\n  - the comparison: baseline: no task reported in the range"));
    EXPECT_THAT(text, HasSubstr("staging: no windows"));
}

TEST(Render, thousands_of_findings_are_cut_for_people_and_whole_for_programs) {
    Report report = sample();
    report.findings.resize(1, report.findings[0]);
    report.findings.resize(6000, report.findings[0]);
    for (const std::string& text : {to_text(report, Terminal(false, 80)), to_markdown(report)}) {
        EXPECT_LT(text.size(), 200'000U);
        EXPECT_THAT(text, HasSubstr("and 5900 more findings"));
    }
    EXPECT_EQ(boost::json::parse(to_json(report)).at("findings").as_array().size(), 6000U);
}

TEST(Render, a_report_with_nothing_in_its_coverage_still_reads) {
    const Report empty;
    EXPECT_THAT(to_text(empty, Terminal(false, 80)), HasSubstr("INSUFFICIENT"));
    EXPECT_THAT(to_markdown(empty), HasSubstr("insufficient"));
    EXPECT_THAT(to_junit(empty), HasSubstr("errors=\"1\""));
    Report odd = sample();
    odd.coverage = boost::json::parse(R"({"baseline": 3, "candidate": {"selector": [], "windows": "x"},
        "judged": [], "not_judged": [7, {"blocks": 1}], "accepted": "no"})")
                       .as_object();
    EXPECT_THAT(to_text(odd, Terminal(false, 80)), HasSubstr("HOLD"));
}

TEST(Markdown, is_a_table_and_escapes_what_came_from_the_network) {
    Report report = sample();
    report.findings[0].candidate = "@team | <img src=x> [x](http://evil) `a`";
    const std::string text = to_markdown(report);
    EXPECT_THAT(text, HasSubstr("### 🔴 hold: staging → production"));
    EXPECT_THAT(text, HasSubstr("| critical | database | connect | tcp.timeout | 0 of 360 runs failed |"));
    EXPECT_THAT(text, HasSubstr("\\@team \\| \\<img src=x\\> \\[x\\](http\\://evil) \\`a\\`"));
    EXPECT_THAT(text, HasSubstr("*It explains:* latency:query:p50"));
}

TEST(Junit, fails_a_case_for_each_finding_that_holds_and_escapes) {
    const std::string text = to_junit(sample());
    EXPECT_THAT(text, HasSubstr("<testsuites tests=\"1\" failures=\"1\" errors=\"0\">"));
    EXPECT_THAT(text, HasSubstr("<testcase classname=\"plumbline.database\" name=\"tcp.timeout failures\">"));
    EXPECT_THAT(text, HasSubstr("why: A security group &lt;drops&gt; the packets."));
}

TEST(Junit, passes_one_case_on_promote_and_errs_on_missing_evidence) {
    EXPECT_THAT(to_junit(compare(staging(), production())),
                HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\">\n    <testcase classname=\"plumbline\" "
                          "name=\"promote\"/>"));
    EXPECT_THAT(
        to_junit(compare(staging().tasks(0), production())),
        HasSubstr("<error type=\"insufficient\" message=\"evidence is missing\">the comparison: baseline"));
}

Report explained() {
    Report report = sample();
    report.comparisons = {
        {"database", "failures:connect", true, "Newcombe interval", "0 of 9 runs against 9 of 9",
         "70 to 100 points (99.9 %)", "1 point", "69 points above", "Beyond chance."},
        {"cache", "fact:x", false, "", "a | b against a | b", "", "20 points", "20 points below",
         "All tasks of both sides show the same."}};
    return report;
}

TEST(Explain, groups_every_pair_by_its_dependency_in_text) {
    const std::string text = to_text(explained(), Terminal(false, 100));
    EXPECT_THAT(text, HasSubstr(R"(Every pair that was compared: 1 found, 1 quiet

cache
  quiet fact:x
      a | b against a | b
      threshold: 20 points; margin: 20 points below
      All tasks of both sides show the same.

database
  found failures:connect
      0 of 9 runs against 9 of 9
      Newcombe interval; 70 to 100 points (99.9 %); threshold: 1 point; margin: 69 points above
      Beyond chance.
)"));
    EXPECT_THAT(to_text(sample(), Terminal(false, 100)), Not(HasSubstr("Every pair")));
}

TEST(Explain, is_a_folded_table_in_markdown_whose_cells_stay_cells) {
    const std::string text = to_markdown(explained());
    EXPECT_THAT(text,
                HasSubstr("<details><summary>Every pair that was compared: 1 found, 1 quiet</summary>"));
    EXPECT_THAT(text, HasSubstr("| quiet | cache | fact:x | a \\| b against a \\| b |"));
}

TEST(Explain, is_a_line_a_pair_in_what_a_junit_suite_printed) {
    EXPECT_THAT(to_junit(explained()),
                HasSubstr("quiet cache fact:x: a | b against a | b; threshold: 20 points; margin: 20 points "
                          "below; All tasks of both sides show the same.\n"));
    EXPECT_THAT(to_junit(sample()), Not(HasSubstr("found database")));
}

TEST(Explain, has_a_key_of_its_own_in_json) {
    const auto json = boost::json::parse(to_json(explained()));
    ASSERT_EQ(json.at("comparisons").as_array().size(), 2U);
    EXPECT_EQ(json.at("comparisons").at(0).at("margin").as_string(), "69 points above");
    EXPECT_FALSE(json.at("comparisons").at(1).as_object().contains("interval"));
    EXPECT_FALSE(boost::json::parse(to_json(sample())).as_object().contains("comparisons"));
}

TEST(Explain, past_the_bound_what_was_found_is_kept_and_the_rest_counted) {
    Report report = sample();
    Comparison each{"a", "fact:x", false, "", "", "", "", "", ""};
    report.comparisons.assign(30, each);
    report.comparisons.back().found = true;
    bound_comparisons(report, 10);
    ASSERT_EQ(report.comparisons.size(), 10U);
    EXPECT_TRUE(report.comparisons.front().found);
    EXPECT_THAT(to_text(report, Terminal(false, 100)), HasSubstr("1 found, 9 quiet, 20 more left out"));
}

TEST(Text, an_acceptance_that_ran_out_is_told_with_its_last_day) {
    Report report = sample();
    report.findings[0].evidence["acceptance_expired"] = "2026-10-02T00:00:00Z";
    for (const auto& text : {to_text(report, Terminal(false, 100)), to_markdown(report), to_junit(report)})
        EXPECT_THAT(text, HasSubstr("accepted until 2026-10-01; from then on it counts again"));
}

TEST(Text, what_the_controllers_own_policy_overruled_is_told) {
    Report report = sample();
    report.coverage["overruled"] = boost::json::array(1, "ignore: cache fact:x");
    EXPECT_THAT(to_text(report, Terminal(false, 100)),
                HasSubstr("Overruled by the controller's own policy\n  - ignore: cache fact:x\n"));
    EXPECT_THAT(to_markdown(report),
                HasSubstr("overruled by the controller's own policy: ignore: cache fact:x"));
}

TEST(Render, whose_share_a_shift_is_and_what_else_may_be_the_place_are_told_to_people) {
    Report report = sample();
    Finding& finding = report.findings[0];
    finding.evidence["shift_ms"] = 12.34;
    finding.evidence["network_share"] = 0.62;
    finding.evidence["network_share_interval"] = {0.55, 0.7};
    finding.evidence["server_share"] = 0.38;
    finding.evidence["same_tasks_as"].emplace_array().emplace_back("subnet=subnet-7");
    finding.evidence["scope_alternatives"] = {boost::json::object{{"host", "h1"}}, boost::json::object{}};
    const std::string share = "+12.3 ms, 62 % of it the network's (95 %: 55 to 70), 38 % the server's";
    EXPECT_EQ(share_words(finding), share);
    const std::string where =
        "zone=us-east-1b (the same tasks: subnet=subnet-7); as well possible: host=h1 or the whole "
        "environment";
    EXPECT_EQ(where_words(finding), where);
    EXPECT_THAT(to_text(report, Terminal(false, 300)), HasSubstr(share.substr(0, 40)));
    EXPECT_THAT(to_text(report, Terminal(false, 300)), HasSubstr("as well possible:"));
    EXPECT_THAT(to_markdown(report), HasSubstr("*Shift:* +12.3 ms"));
    EXPECT_THAT(to_markdown(report), HasSubstr("as well possible: host=h1"));
    EXPECT_THAT(to_junit(report), HasSubstr("shift: +12.3 ms"));
    EXPECT_THAT(to_junit(report), HasSubstr("as well possible: host=h1"));
    EXPECT_EQ(share_words(sample().findings[0]), "");
    EXPECT_EQ(where_words(Finding()), "the whole environment");
}

}  // namespace
}  // namespace plumb::judge::test
