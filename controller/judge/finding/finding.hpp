// What a comparison says. The JSON form (finding_json.hpp) is a contract with CI.
#pragma once

#include "model/cause.hpp"
#include "model/labels.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

namespace plumb::judge {

enum class Severity { critical, warning };
enum class Verdict { promote, hold, insufficient };

std::string_view to_string(Severity severity);
std::string_view to_string(Verdict verdict);

struct Finding {
    Category category = Category::drift;
    Severity severity = Severity::warning;
    std::string dependency;
    Layer layer = Layer::request;
    std::string cause;     // code
    std::string subject;   // failures · latency:<phase>:<quantile> · fact:<name> · gauge:<name> · warmup
    std::string baseline;  // in words: "0 of 360 runs failed"
    std::string candidate;
    Labels scope;           // empty: the whole environment; several values of one label are joined by commas
    double confidence = 0;  // 0 … 1
    std::string reason;
    std::string action;
    boost::json::object evidence;
    std::vector<Finding> folded;  // consequences that this one explains
};

// One question that a rule asked, for those who want to know why something was found or was not.
struct Comparison {
    std::string dependency;
    std::string subject;    // as of a finding; failures name their phase: "failures:connect"
    bool found = false;     // it became a finding (which a policy may have accepted, ignored or folded)
    std::string test;       // which: "Newcombe interval of the difference, design effects 1.2 and 1.4"
    std::string evidence;   // what both sides show: "1 of 360 runs against 12 of 1080 runs"
    std::string interval;   // of the difference, with its level: "0.4 to 1.8 points (99.99 %)"; may be empty
    std::string threshold;  // beyond which it counts: "1 point"
    std::string margin;     // how far the evidence stands from it: "0.6 points below"
    std::string why;        // in a sentence: why it is quiet, or why it is not
};

struct Report {
    Verdict verdict = Verdict::insufficient;
    std::vector<Finding> findings;  // most probable root first
    // {"baseline":{"selector","tasks","gone","windows","newest_age_s","window_s"},"candidate":{…},
    //  (a baseline that is older than the candidate also has "runs_from"),
    //  "judged":{"dependencies","failures","facts","gauges","latency"},
    //  "measured":{"environment_spread":{"measured","policy"},"task_correlation":{…},"timer_noise_ms"},
    //  "not_judged":[{"dependency","subject","reason","blocks"}],"overruled":[…],"comparisons_left_out":N,
    //  "accepted":[{"dependency","subject","reason","owner","until"}],"ignored":N,"errors":[…]}
    // An entry of not_judged that blocks makes the verdict insufficient unless a finding holds.
    boost::json::object coverage;
    std::vector<Comparison> comparisons;  // when it was asked to explain; in the order of the rules
};

}  // namespace plumb::judge
