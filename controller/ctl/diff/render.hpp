// The differences of two saved checks for people and programs.
#pragma once

#include "base/terminal.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>
#include <vector>

namespace plumb::ctl {

struct Sides {
    std::string baseline;  // as the user named the files
    std::string candidate;
};

std::string diff_text(const std::vector<judge::Finding>& findings, const Sides& sides,
                      const Terminal& terminal);
std::string diff_markdown(const std::vector<judge::Finding>& findings, const Sides& sides);
// {"different":true,"findings":[…]}; a finding as gate prints it
std::string diff_json(const std::vector<judge::Finding>& findings);

}  // namespace plumb::ctl
