// What the rules add to, before policy, folding and verdict.
#pragma once

#include "controller/judge/finding/finding.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::judge {

// Something that was not judged, or that a reader should know although it is no finding.
struct Gap {
    std::string dependency;  // empty: the comparison as a whole
    std::string subject;     // failures · fact:<name> · gauge:<name> · latency · * (any)
    std::string reason;
    bool blocks = false;  // without it, promote would be for want of evidence
};

struct Judged {  // how much was compared
    std::size_t dependencies = 0;
    std::size_t failures = 0;
    std::size_t facts = 0;
    std::size_t gauges = 0;
    std::size_t latency = 0;
};

// What a comparison tells about its environments beside the findings; a policy may take it up.
struct Measured {
    std::optional<double> environment_spread;  // ratio; as the policy's threshold of that name
    std::optional<double> task_correlation;    // likewise
    double timer_noise_ns = 0;
};

// A latency that would be told if its ratio were not accepted.
struct Covered {
    std::string dependency;
    std::string subject;  // latency:<phase>
    friend bool operator==(const Covered&, const Covered&) = default;
};

struct Judgement {
    std::vector<Finding> findings;
    std::vector<Covered> covered;
    std::vector<Gap> gaps;
    std::vector<Comparison> comparisons;  // only when the view asks to explain
    Judged judged;
    Measured measured;
};

void append(Judgement&& from, Judgement& to);

// A finding with category, reason and action of its cause; a code this version does not know keeps its text
// and takes the words of `unknown`.
Finding finding_for(std::string_view cause, std::string_view dependency, Layer layer, std::string subject);

double rounded(double value);     // to three decimals; what is not finite becomes 0
double confidence(double value);  // rounded, between 0 and 0.999: nothing is certain

}  // namespace plumb::judge
