// What two saved checks may differ in without a word. A saved check need not tell the class of a fact, so
// this is the one list of names that say who or when rather than how: they are never compared.
#pragma once

#include "model/fact.hpp"

#include <optional>
#include <string_view>

namespace plumb::ctl {

// The class that the file told, else by this list, else must_match.
FactClass class_of(std::string_view fact, std::optional<FactClass> told);

inline constexpr double kLowHeadroom = 0.20;

}  // namespace plumb::ctl
