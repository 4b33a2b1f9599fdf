// By how much the candidate's tasks show a value of a fact more often than the baseline's.
#pragma once

#include "controller/judge/facts/fact_shares.hpp"

#include <optional>
#include <string>

namespace plumb::judge {

struct SurplusMargins {
    double points = 0;  // share of tasks
    double chance = 0;  // of a value that both sides know: Fisher's p at most
};

struct Surplus {
    std::optional<std::string> value;  // that counts: the largest beyond both margins
    std::string nearest;               // the value with the largest surplus, whether it counts or not
    double points = 0;                 // its surplus
    std::optional<double> chance;      // its p, where the baseline knows the value
    bool scattered = false;            // many values that the baseline does not know, each of them rare
};

Surplus surplus_of(const FactSide& baseline, const FactSide& candidate, const SurplusMargins& margins);

}  // namespace plumb::judge
