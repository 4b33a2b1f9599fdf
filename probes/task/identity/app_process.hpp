// Whose evidence this is. In a sidecar the agent is alone in its container, and with a shared process
// namespace (`pidMode: task`) it sees the app's processes beside itself; baked into the app's image, or run
// by hand inside it, the app's processes are in the agent's own container.
//
// Containers are told apart by /proc/PID/cgroup (cgroups(7)), which everybody may read.
#pragma once

#include "probes/task/places.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace plumb::task {

struct AppProcess {
    pid_t pid = 0;
    bool own_container = true;
};

// The app's first process: one of our own container before one of another, and where `id` is given, one whose
// cgroup names that container. Inits, shells and their tools, pause containers and agents are none. nullopt:
// nobody else is to be seen.
std::optional<AppProcess> find_app_process(const Places& places, pid_t self, std::string_view id = {});

// Whether the first process of what is to be seen is an init, a pause container or an agent: then the agent
// was not called into an app's container, where the app, or a shell of its image, would be first.
bool begins_with_no_app(const Places& places);

}  // namespace plumb::task
