// Several dependencies with one cause are one root: the resolver, the way out, one host, one zone, one
// network or endpoint.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/finding.hpp"
#include "controller/judge/scope/scope_tasks.hpp"

#include <vector>

namespace plumb::judge {

// Takes findings of which each dependency has the root of its own, most probable first. Those that fail (or
// are slow) at one layer, in one way, for the same tasks, are joined
// - when they are all dependencies that come so far: two that resolve nothing; three that cannot be reached
// or
//   are slow to reach, or two when that is confined to a place, which is less likely a coincidence;
// - when they are some, and share what no other has: they alone are public (or private), lie in one network,
//   or at one address;
// - when they are three or more, most of all (three of four), and began together.
// And when every dependency of the tasks of one place fails, at whichever layer.
// The strongest stands for all: its evidence lists `dependencies` and what is `shared`, and its reason and
// action speak of that.
std::vector<Finding> join_roots(std::vector<Finding> findings, const View& view, ScopeTasks& tasks);

}  // namespace plumb::judge
