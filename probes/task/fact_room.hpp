// How the facts of an outcome (kMaxFacts) are shared out among the areas of the task's evidence. What has no
// room in an outcome is dropped, and the other environment would then seem to have more: so each area keeps
// to its own, and of what could grow without bound, pages and digests tell.
#pragma once

#include "model/fact.hpp"

namespace plumb::task {

inline constexpr std::size_t kRoomOfOthers = 70;  // identity, limits, sockets, warm-up
inline constexpr std::size_t kRoomOfImage = 54;   // what is compared of image and kernel, without pages
inline constexpr std::size_t kPackagePages = 56;
inline constexpr std::size_t kAuthorityPages = 24;
inline constexpr std::size_t kRoomOfVariables = 300;
inline constexpr std::size_t kVariablePages = 12;  // within the room of the variables

static_assert(kRoomOfOthers + kRoomOfImage + kPackagePages + kAuthorityPages + kRoomOfVariables < kMaxFacts);

}  // namespace plumb::task
