// What two saved checks may differ in without a word. A saved check need not tell the class of a fact, so
// this is the one place that knows facts and gauges by name, those of the first kinds of probes: those that
// say who or when rather than how are never compared. A new kind needs no line here: its files tell their
// classes.
#pragma once

#include "model/fact.hpp"

#include <optional>
#include <string_view>

namespace plumb::ctl {

// The class that the file told, else by the lists here, else must_match. What is ordered for the judge but
// moves by itself (the days left of a certificate) is no difference between two moments.
FactClass class_of(std::string_view fact, std::optional<FactClass> told);

// As the file told; else a full cache that evicts is normal, and everything else is taken to refuse at its
// limit.
bool refuses_at_limit(std::string_view gauge, std::optional<bool> told);

inline constexpr double kLowHeadroom = 0.20;
inline constexpr double kHeadroomNoise = 0.05;  // headroom of one gauge, read twice

}  // namespace plumb::ctl
