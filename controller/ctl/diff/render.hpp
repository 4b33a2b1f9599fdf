// The differences of two saved checks for people and programs: a review, the gravest first, with what another
// explains and what was accepted in a line each. Text is wrapped as gate's is.
#pragma once

#include "base/terminal.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>
#include <vector>

#include <boost/json/array.hpp>

namespace plumb::ctl {

struct Sides {
    std::string baseline;  // as the user named the files
    std::string candidate;
};

struct Difference {
    Sides sides;
    std::vector<judge::Finding> findings;  // in order of weight
    boost::json::array accepted;           // as judge::apply_policy tells them
    std::vector<std::string> expired;      // acceptances whose day has passed, in words
    std::vector<std::string> unmatched;    // acceptances that met nothing
};

// In order of weight: the gravest first; failures before facts before gauges.
std::vector<judge::Finding> by_weight(std::vector<judge::Finding> findings);

// "" where nothing differs and nothing was accepted.
std::string diff_text(const Difference& difference, const Terminal& terminal);
std::string diff_markdown(const Difference& difference);
// {"different":true,"findings":[…],"accepted":[…],"expired":[…],"unmatched":[…]}; a finding as gate prints it
std::string diff_json(const Difference& difference);

}  // namespace plumb::ctl
