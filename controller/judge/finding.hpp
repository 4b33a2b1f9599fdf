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

struct Report {
    Verdict verdict = Verdict::insufficient;
    std::vector<Finding> findings;  // most probable root first
    // {"baseline":{"selector","tasks","gone","windows","newest_age_s"},"candidate":{…},
    //  "judged":{"dependencies","failures","facts","gauges","latency"},
    //  "not_judged":[{"dependency","subject","reason","blocks"}],
    //  "accepted":[{"dependency","subject","reason","owner","until"}],"ignored":N,"errors":[…]}
    // An entry of not_judged that blocks makes the verdict insufficient unless a finding holds.
    boost::json::object coverage;
};

}  // namespace plumb::judge
