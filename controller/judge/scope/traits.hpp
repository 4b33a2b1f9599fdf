// What dependencies may share: where their addresses lie.
#pragma once

#include "controller/judge/evidence/view.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace plumb::judge {

enum class Trait {
    reach,
    network,
    address
};  // public or private · the /16 of IPv4 · the address without port

// The one value that each dependency shows of a trait; one that shows none, or several, is left out.
using Traits = std::map<std::string, std::string>;  // dependency → value
Traits traits_of(const View& view, Trait trait);

// Where the address lies as most tasks see it: "public", "private" …; what the baseline sees when the
// candidate's runs did not come so far; "" when nobody tells.
std::string reach_of(const DependencyView& dependency);

// The value that all of `some` have and none of `all` besides, when at least one of those is known to have
// another.
std::optional<std::string> shared_only(const Traits& traits, const std::set<std::string>& some,
                                       const std::set<std::string>& all);

}  // namespace plumb::judge
