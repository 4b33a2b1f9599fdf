// What a task's evidence says of itself: whose variables and whose image it is about, and whether the look
// was over. An agent in a container of its own may not see the app's; it says so, and what its evidence then
// lacks is not missing in the app.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace plumb {

inline constexpr std::string_view kVariablesSource = "task.variables_from";  // facts of the dependency `task`
inline constexpr std::string_view kImageSource = "task.image_from";
inline constexpr std::string_view kUnseen = "none: ";  // their values begin so, and then say why

// Only where a look was not over: why. What is not there then says nothing.
inline constexpr std::string_view kUnfinishedLook = "task.look";

// Whether a fact of the task is of one container alone, its image or its rights, where others are of the
// task.
inline bool of_one_container(std::string_view fact) {
    constexpr std::array<std::string_view, 5> kRights{
        "task.user", "task.capabilities", "task.no_new_privileges", "task.seccomp", "task.read_only_root"};
    return fact.starts_with("image.") || std::find(kRights.begin(), kRights.end(), fact) != kRights.end();
}

}  // namespace plumb
