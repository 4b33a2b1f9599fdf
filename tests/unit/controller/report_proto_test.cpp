#include "controller/api/report_proto.hpp"

#include "controller/judge/finding/finding_json.hpp"
#include "plumb/v1/query.pb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::api {
namespace {

judge::Report report() {
    judge::Report result;
    result.verdict = judge::Verdict::hold;
    judge::Finding finding;
    finding.category = Category::saturation;
    finding.severity = judge::Severity::critical;
    finding.dependency = "database";
    finding.layer = Layer::server;
    finding.cause = "gauge.headroom";
    finding.subject = "gauge:postgres.connections";
    finding.scope = {{"zone", "use1-az1"}};
    finding.confidence = 0.99;
    finding.evidence["used"] = 97;
    auto inner = finding;
    inner.subject = "latency:query:p50";
    finding.folded.push_back(inner);
    result.findings.push_back(finding);
    result.coverage["tasks"] = 3;
    result.comparisons = {
        {"database", "failures:connect", true, "a test", "1 of 2", "0 to 1", "1 point", "above", "because"},
        {"database", "fact:tls.version", false, "", "a against a", "", "", "", "the same"}};
    return result;
}

v1::CompareResponse message() {
    v1::CompareResponse result;
    to_proto(report(), result);
    return result;
}

TEST(ReportProto, a_report_survives_both_ways) {
    const auto read = from_proto(message());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(judge::to_json(*read), judge::to_json(report()));
}

TEST(ReportProto, comparisons_past_what_an_answer_may_hold_are_counted_instead) {
    auto vast = report();
    auto large = vast.comparisons[0];
    large.evidence = std::string(1 << 20, 'x');
    vast.comparisons.assign(50, large);
    vast.coverage["comparisons_left_out"] = 7;
    v1::CompareResponse message;
    to_proto(vast, message);
    const auto read = from_proto(message);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_LT(read->comparisons.size(), 33u);
    EXPECT_GT(read->comparisons.size(), 20u);
    EXPECT_EQ(read->comparisons.size() + read->coverage.at("comparisons_left_out").to_number<std::size_t>(),
              57u);
}

TEST(ReportProto, what_a_controller_could_not_have_said_is_refused) {
    auto wrong = message();
    wrong.set_verdict("perhaps");
    EXPECT_FALSE(from_proto(wrong));
    wrong = message();
    wrong.mutable_findings(0)->set_evidence_json("{");
    EXPECT_FALSE(from_proto(wrong));
    wrong = message();
    wrong.set_coverage_json("[1]");
    EXPECT_FALSE(from_proto(wrong));
    wrong = message();
    auto* inner = wrong.mutable_findings(0);
    for (int depth = 0; depth < 20; ++depth) {
        auto* next = inner->add_folded();
        next->set_category("drift");
        next->set_layer("connect");
        inner = next;
    }
    EXPECT_FALSE(from_proto(wrong));
}

TEST(ReportProto, text_of_another_machine_is_escaped) {
    auto hostile = message();
    hostile.mutable_findings(0)->set_reason("\x1b[2J");
    const auto read = from_proto(hostile);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->findings[0].reason.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace plumb::api
