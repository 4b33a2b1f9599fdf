// The controller's own policy, which an app's policy may tighten but not loosen. What the floor holds on, for
// dependencies that are critical to it, stays held on:
// - what holds for the floor holds, and what is critical for it is critical;
// - of two thresholds the stricter counts, and where neither way is stricter the floor's;
// - the app's `ignore` and `accept` entries do not reach it; but acceptances of kinds that the floor's
//   `may_accept` names do, unless they accept every subject ("*");
// - where the floor holds on facts, only the floor gives facts another class;
// - a service is as large as the larger of both say; one that the floor does not name has no size, where the
//   floor names any and holds on gauges.
// What was taken away or tightened is told in the policy's `overruled`, which goes into the coverage.
#pragma once

#include "controller/judge/policy/policy.hpp"

namespace plumb::api {

judge::Policy with_floor(judge::Policy policy, const judge::Policy& floor);

}  // namespace plumb::api
