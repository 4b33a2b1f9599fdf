// What a comparison says. The JSON form (finding_json.hpp) is a contract with CI.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "model/cause.hpp"
#include "model/labels.hpp"

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
    std::string cause;      // code
    std::string subject;    // failures · latency:<phase>:<quantile> · fact:<name> · gauge:<name> · warmup
    std::string baseline;   // in words: "0 of 360 runs failed"
    std::string candidate;
    Labels scope;           // empty: the whole environment
    double confidence = 0;  // 0 … 1
    std::string reason;
    std::string action;
    boost::json::object evidence;
    std::vector<Finding> folded;  // consequences that this one explains
};

struct Report {
    Verdict verdict = Verdict::insufficient;
    std::vector<Finding> findings;   // most probable root first
    boost::json::object coverage;    // tasks and windows on each side; what was not judged, and why
};

}  // namespace plumb::judge
