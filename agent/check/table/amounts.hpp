// Amounts as people read them, and bars. Pure.
#pragma once

#include "model/outcome.hpp"
#include "probes/probe.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace plumb::agent {

// The unit that a catalog declares for a gauge of this name; "" when none names it, which is a count.
std::string_view declared_unit(std::span<const Kind> kinds, std::string_view gauge);

std::string amount(double value, std::string_view unit);  // "0.19 G", "12/s", "3.25 s"
// Both in the unit of the limit, "0.642 of 64 Mi", where that leaves anything of the value: "62 of 2.14 G".
std::string amounts(double value, double limit, std::string_view unit);

std::string level_bar(double share, std::size_t columns);  // "███░░", as many columns as there are
// A bar of at most `columns`, to an eighth of a column; what is more than nothing shows.
std::string length_bar(double share, std::size_t columns);

}  // namespace plumb::agent
