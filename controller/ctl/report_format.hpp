// A judge's report in the format that a flag names: text, json, markdown or junit.
#pragma once

#include "base/terminal.hpp"
#include "controller/judge/finding/finding.hpp"

#include <string>

namespace plumb::ctl {

std::string format_report(const judge::Report& report, const std::string& format, const Terminal& terminal);

}  // namespace plumb::ctl
