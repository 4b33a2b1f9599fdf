// The names under which agents answer `plumb-agent health`: abstract unix sockets, "plumb-agent-health/<pid
// namespace>/<pid>". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::agent {

std::string health_prefix(
    std::string_view pid_namespace);  // as /proc/self/ns/pid names it: "pid:[4026531836]"

// Adds the process ids of those that listen under the prefix, in whole lines of /proc/net/unix, each once,
// and 64 in all. Anybody in the network namespace may take such a name: what is no stream listener, what ends
// in no process id and what does not live is passed over.
void add_health_pids(std::string_view lines, std::string_view prefix, bool (*lives)(int pid),
                     std::vector<int>& pids);

}  // namespace plumb::agent
