// Consequences go under their cause, and the most probable root comes first.
#pragma once

#include "controller/judge/finding.hpp"
#include "controller/judge/view.hpp"

#include <vector>

namespace plumb::judge {

// Within a dependency:
// - a failing phase explains failures and latency of its own and later layers, facts of its own layer (as the
//   issuer of a certificate that is not trusted), and facts missing behind it;
// - a failure that is saturation explains the gauge that ran out; a low gauge explains latency of its server;
// - a fact that differs explains facts of that layer that are missing beside it;
// - latency of one layer is one finding: the strongest shift, the others its evidence.
// Across dependencies: when every dependency that reaches a layer fails there with one cause and one scope,
// that is one root (the resolver, the egress path), provided there are enough of them to tell. Nothing
// critical goes under a warning.
std::vector<Finding> fold(std::vector<Finding> findings, const View& view);

}  // namespace plumb::judge
