// The names under which agents answer `plumb-agent health`: abstract unix sockets, "plumb-agent-health/<pid
// namespace>/<pid>". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

std::string health_prefix(
    std::string_view pid_namespace);  // as /proc/self/ns/pid names it: "pid:[4026531836]"

// The process ids of those that listen under the prefix, in the text of /proc/net/unix, each once. Anybody in
// the network namespace may take such a name: what is no stream listener and what ends in no process id is
// passed over, and at most 64 count.
std::vector<int> health_pids(std::string_view proc_net_unix, std::string_view prefix);

}  // namespace plumb::agent
