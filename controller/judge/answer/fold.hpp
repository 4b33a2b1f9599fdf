// Consequences go under their cause, and the most probable root comes first.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/finding.hpp"

#include <vector>

namespace plumb::judge {

// After the policy, what starving tasks show of their dependencies being folded already (starvation.hpp).
// Within a dependency and as far as they speak of the same tasks:
// - a failing phase explains failures and latency of its own and later layers, facts of its own layer (as the
//   issuer of a certificate that is not trusted), and facts missing behind it;
// - a failure that is saturation explains the gauge that ran out; a low gauge explains latency of its server;
// - a fact that differs explains facts of that layer that are missing beside it; an address that became
//   public (or private) explains that it does not answer, or late;
// - latency of one layer is one finding: the strongest shift, the others its evidence. The first layer
//   explains later ones that rose for the same cause; a longer path those that rose by no larger factor.
// Last, across dependencies (roots.hpp). Nothing critical goes under a warning.
std::vector<Finding> fold(std::vector<Finding> findings, const View& view);

}  // namespace plumb::judge
