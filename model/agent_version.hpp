// The label by which an agent tells its version, so that versions may mix: what an older one does not know,
// it cannot show.
#pragma once

#include <string_view>

namespace plumb {

inline constexpr std::string_view kAgentVersionLabel = "agent_version";

}  // namespace plumb
