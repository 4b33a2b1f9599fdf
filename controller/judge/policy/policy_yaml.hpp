// Reads a policy file strictly: unknown keys and acceptances without a reason are refused, with file and
// line.
#pragma once

#include "base/strict_yaml.hpp"
#include "controller/judge/policy/policy.hpp"

#include <string>

namespace plumb::judge {

inline constexpr double kMostRatio = 1e6;  // that an acceptance may name

// The error holds every complaint, one a line.
Result<Policy> parse_policy(const std::string& text, const std::string& file_name);

}  // namespace plumb::judge
