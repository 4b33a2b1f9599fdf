#include "controller/judge/finding/finding.hpp"

#include "controller/judge/finding/judgement.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace plumb::judge {

std::string_view to_string(Severity severity) {
    return severity == Severity::critical ? "critical" : "warning";
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::promote:
            return "promote";
        case Verdict::hold:
            return "hold";
        case Verdict::insufficient:
            break;
    }
    return "insufficient";
}

Finding finding_for(std::string_view cause, std::string_view dependency, Layer layer, std::string subject) {
    const CauseInfo& info = cause_info(parse_cause(cause).value_or(Cause::unknown));
    Finding finding;
    finding.category = info.category;
    finding.dependency = dependency;
    finding.layer = layer;
    finding.cause = cause;
    finding.subject = std::move(subject);
    finding.reason = info.reason;
    finding.action = info.action;
    return finding;
}

void append(Judgement&& from, Judgement& to) {
    const auto move = [](auto& list, auto& onto) {
        onto.insert(onto.end(), std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
    };
    move(from.findings, to.findings);
    move(from.gaps, to.gaps);
    move(from.comparisons, to.comparisons);
    to.judged.dependencies += from.judged.dependencies;
    to.judged.failures += from.judged.failures;
    to.judged.facts += from.judged.facts;
    to.judged.gauges += from.judged.gauges;
    to.judged.latency += from.judged.latency;
}

double rounded(double value) {
    return std::isfinite(value) ? std::round(value * 1000) / 1000 : 0;
}

double confidence(double value) {
    return std::clamp(rounded(value), 0.0, 0.999);
}

}  // namespace plumb::judge
