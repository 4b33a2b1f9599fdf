// A report for people and for CI. Pure: the same report gives the same bytes. A report may come from another
// machine, so its texts are escaped here once more and nothing in its coverage is taken for granted.
#pragma once

#include "base/terminal.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>

namespace plumb::judge {

// For a tired person: the verdict in words first, then each finding with what, where, why and what to do;
// lines are folded at the terminal's width, at most 100 columns and at least 40.
std::string to_text(const Report& report, const Terminal& terminal);

// For a comment at a pull request (GitHub's Markdown).
std::string to_markdown(const Report& report);

// For CI that shows JUnit's XML: one test case a finding (failed when it holds, passed with its text in
// system-out when it only warns), one for what was missing when that decides, one that passes when nothing
// does.
std::string to_junit(const Report& report);

}  // namespace plumb::judge
