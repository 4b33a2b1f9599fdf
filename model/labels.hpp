// Labels say who reports (environment, service, task, revision, zone …); a Selector picks tasks by them.
#pragma once

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace plumb {

using Labels = std::map<std::string, std::string>;

inline constexpr std::size_t kMaxLabels = 32;
inline constexpr std::size_t kMaxLabelBytes = 256;  // of a value; names are at most 64

// "staging" (short for environment=staging) or "environment=production,zone=us-east-1b". Every pair must
// match.
struct Selector {
    Labels pairs;
    bool matches(const Labels& labels) const;
    std::string text() const;  // canonical: pairs sorted by name
};

Result<Selector> parse_selector(std::string_view text);

}  // namespace plumb
