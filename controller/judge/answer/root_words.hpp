// The words of a root that several dependencies share.
#pragma once

#include "controller/judge/finding/finding.hpp"

#include <set>
#include <string>

namespace plumb::judge {

enum class Shared { resolver, path, place, reach, network, address };

std::string_view to_string(Shared shared);

// `value`: of what is shared ("public", "10.1", "10.1.2.3"), else empty. Reason and action of the finding
// then speak of it, and its evidence names the dependencies.
void tell_root(Shared shared, const std::string& value, const std::set<std::string>& dependencies,
               Finding& finding);

}  // namespace plumb::judge
