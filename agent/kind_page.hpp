// What a kind of probe measures, as text: its phases, causes, facts with their classes, gauges and options,
// from the catalog that its code declares. docs/probes.md is made from these pages. Pure.
#pragma once

#include "base/terminal.hpp"
#include "probes/probe.hpp"

#include <span>
#include <string>
#include <string_view>

namespace plumb::agent {

std::string kind_page(const Kind& kind, const Terminal& terminal);

// A fact or gauge by its name, with the kinds that have it; "" when none has.
std::string observation_page(std::string_view name, std::span<const Kind> kinds, const Terminal& terminal);

}  // namespace plumb::agent
