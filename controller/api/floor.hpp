// The controller's own policy, which an app's policy may tighten but not loosen:
// - what the floor holds on is held on, and what is critical for the floor is critical;
// - of two thresholds the stricter counts;
// - the app's `ignore` entries do not reach what the floor holds on for dependencies that are critical to it;
// - where the floor holds on facts, only the floor gives facts another class;
// - the app's acceptances stay: each names a reason, an owner and an end.
#pragma once

#include "controller/judge/policy.hpp"

namespace plumb::api {

judge::Policy with_floor(judge::Policy policy, const judge::Policy& floor);

}  // namespace plumb::api
