// What a round of `check` has shown, as the text that the options ask for.
#pragma once

#include "agent/check/driver.hpp"
#include "agent/cli.hpp"
#include "base/terminal.hpp"
#include "probes/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

std::vector<Outcome> outcomes_of(const CheckDriver& driver);

// A table of `terminal`'s width, up to 140 columns; with --format json one line.
std::string render(const CheckDriver& driver, const std::vector<Prepared>& targets,
                   const CheckOptions& options, const Terminal& terminal);
// The table's last line alone.
std::string render_result(const CheckDriver& driver, const std::vector<Prepared>& targets);

int exit_code(const CheckDriver& driver);  // kFailed when some outcome is not ok, and after an interruption

// To standard error, a line with the command's name.
void complain(std::string_view text);

}  // namespace plumb::agent
