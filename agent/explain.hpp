// `plumb-agent explain`: the table of causes and the catalogs of the kinds as text. Pure; reads
// model/cause.hpp, as every other screen does.
#pragma once

#include "base/result.hpp"
#include "base/terminal.hpp"
#include "probes/probe.hpp"

#include <span>
#include <string>
#include <string_view>

namespace plumb::agent {

// `word` is a code ("tcp.timeout") or an alias ("28P01", "ECONNREFUSED"), a kind ("postgres"), or the name of
// a fact or gauge ("tls.version"), in any case. The error names the nearest.
Result<std::string> explain(std::string_view word, std::span<const Kind> kinds, const Terminal& terminal);

// Every cause with its meaning, grouped by the part of the code before the dot.
std::string list_causes(std::span<const Kind> kinds, const Terminal& terminal);

}  // namespace plumb::agent
