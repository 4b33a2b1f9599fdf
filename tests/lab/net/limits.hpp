// The bounds of a scenario, in one place: docs/laboratory.md has them, too.
#pragma once

namespace plumb::lab {

inline constexpr int kMostWindows = 60;
inline constexpr int kMostTasksInZone = 8;
inline constexpr int kMostFindings = 50;
inline constexpr int kMostConnections = 5000;  // that `fill` holds

}  // namespace plumb::lab
