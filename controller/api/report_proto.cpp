#include "controller/api/report_proto.hpp"

#include "base/text.hpp"
#include "controller/judge/answer/verdict.hpp"
#include "plumb/v1/query.pb.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace plumb::api {
namespace {

constexpr int kMaxFolding = 8;                     // findings within findings
constexpr int kMaxFindings = 100000;               // in all
constexpr std::size_t kMaxText = 4096;             // bytes of any text of a finding
constexpr std::size_t kMaxExplanation = 32 << 20;  // bytes of all comparisons, about

std::string text(const std::string& from_wire) {
    return sanitize(from_wire, kMaxText);
}

void write(const judge::Finding& finding, v1::Finding& to) {
    to.set_category(std::string(plumb::to_string(finding.category)));
    to.set_severity(std::string(judge::to_string(finding.severity)));
    to.set_dependency(finding.dependency);
    to.set_layer(std::string(plumb::to_string(finding.layer)));
    to.set_cause(finding.cause);
    to.set_subject(finding.subject);
    to.set_baseline(finding.baseline);
    to.set_candidate(finding.candidate);
    for (const auto& [name, value] : finding.scope)
        (*to.mutable_scope())[name] = value;
    to.set_confidence(finding.confidence);
    to.set_reason(finding.reason);
    to.set_action(finding.action);
    to.set_evidence_json(boost::json::serialize(finding.evidence));
    for (const auto& folded : finding.folded)
        write(folded, *to.add_folded());
}

void write(const judge::Comparison& comparison, v1::Comparison& to) {
    to.set_dependency(comparison.dependency);
    to.set_subject(comparison.subject);
    to.set_found(comparison.found);
    to.set_test(comparison.test);
    to.set_evidence(comparison.evidence);
    to.set_interval(comparison.interval);
    to.set_threshold(comparison.threshold);
    to.set_margin(comparison.margin);
    to.set_why(comparison.why);
}

judge::Comparison read(const v1::Comparison& from) {
    judge::Comparison comparison;
    comparison.dependency = text(from.dependency());
    comparison.subject = text(from.subject());
    comparison.found = from.found();
    comparison.test = text(from.test());
    comparison.evidence = text(from.evidence());
    comparison.interval = text(from.interval());
    comparison.threshold = text(from.threshold());
    comparison.margin = text(from.margin());
    comparison.why = text(from.why());
    return comparison;
}

// How many of the comparisons an answer has room for.
std::size_t that_fit(const std::vector<judge::Comparison>& comparisons) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for (const auto& each : comparisons) {
        bytes += sizeof each + each.evidence.size() + each.why.size() + each.test.size();
        if (bytes > kMaxExplanation) break;
        ++count;
    }
    return count;
}

Result<boost::json::object> object(const std::string& json, std::string_view what) {
    if (json.empty()) return boost::json::object();
    boost::system::error_code failed;
    boost::json::value value = boost::json::parse(json, failed);
    if (failed || !value.is_object()) return Error{std::string(what) + ": not a JSON object"};
    return std::move(value.as_object());
}

Result<judge::Finding> read(const v1::Finding& from, int depth, int& left) {
    if (depth > kMaxFolding || --left < 0) return Error{"more findings than an answer may hold"};
    judge::Finding finding;
    const auto category = parse_category(from.category());
    const auto layer = parse_layer(from.layer());
    if (!category || !layer) return Error{"a category or layer that this plumbctl does not know; update it"};
    finding.category = *category;
    finding.layer = *layer;
    finding.severity = from.severity() == "critical" ? judge::Severity::critical : judge::Severity::warning;
    finding.dependency = text(from.dependency());
    finding.cause = text(from.cause());
    finding.subject = text(from.subject());
    finding.baseline = text(from.baseline());
    finding.candidate = text(from.candidate());
    for (const auto& [name, value] : from.scope())
        finding.scope.emplace(text(name), text(value));
    finding.confidence = from.confidence();
    finding.reason = text(from.reason());
    finding.action = text(from.action());
    auto evidence = object(from.evidence_json(), "evidence");
    if (!evidence) return evidence.error();
    finding.evidence = std::move(*evidence);
    for (const auto& inner : from.folded()) {
        auto folded = read(inner, depth + 1, left);
        if (!folded) return folded.error();
        finding.folded.push_back(std::move(*folded));
    }
    return finding;
}

Result<judge::Verdict> verdict(const std::string& name) {
    for (const auto known : {judge::Verdict::promote, judge::Verdict::hold, judge::Verdict::insufficient}) {
        if (judge::to_string(known) == name) return known;
    }
    return Error{"a verdict that this plumbctl does not know; update it"};
}

}  // namespace

void to_proto(const judge::Report& report, v1::CompareResponse& message) {
    message.set_verdict(std::string(judge::to_string(report.verdict)));
    for (const auto& finding : report.findings)
        write(finding, *message.add_findings());
    auto coverage = report.coverage;
    const auto count = that_fit(report.comparisons);
    for (std::size_t i = 0; i < count; ++i)
        write(report.comparisons[i], *message.add_comparisons());
    if (count < report.comparisons.size()) {
        auto& left_out = coverage["comparisons_left_out"];
        const auto before = left_out.is_number() ? left_out.to_number<std::size_t>() : 0;
        left_out = before + report.comparisons.size() - count;
    }
    message.set_coverage_json(boost::json::serialize(coverage));
}

Result<judge::Report> from_proto(const v1::CompareResponse& message) {
    judge::Report report;
    auto said = verdict(message.verdict());
    if (!said) return said.error();
    report.verdict = *said;
    int left = kMaxFindings;
    for (const auto& finding : message.findings()) {
        auto one = read(finding, 0, left);
        if (!one) return one.error();
        report.findings.push_back(std::move(*one));
    }
    auto coverage = object(message.coverage_json(), "coverage");
    if (!coverage) return coverage.error();
    report.coverage = std::move(*coverage);
    for (const auto& comparison : message.comparisons()) {
        if (report.comparisons.size() < judge::kMaxComparisons)
            report.comparisons.push_back(read(comparison));
    }
    return report;
}

}  // namespace plumb::api
