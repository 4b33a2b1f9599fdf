// The census of the task's sockets: how many connections the app has to each dependency, how they fare,
// whether it leaks them or calls in vain, and whether its own listeners keep up. It touches no connection.
//
// Where the network namespace is the task's own (awsvpc) that is the app's traffic and no other. Where it is
// the host's (network mode host), everybody's on it is counted.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"
#include "probes/task/sockets/census.hpp"
#include "probes/task/sockets/groups.hpp"

#include <functional>
#include <memory>
#include <sys/types.h>
#include <vector>

namespace plumb::task {

struct SocketSettings {
    Places places;
    pid_t self = 0;  // our own process: the connections of the probes do not count; 0: nobody's
    // Asked at each look, on the section's thread. Empty: there are no dependencies.
    std::function<std::vector<SocketTarget>()> targets;
    CensusBounds bounds;  // what a look may cost at the most
};

std::unique_ptr<Section> make_sockets(SocketSettings settings);
Catalog sockets_catalog();

}  // namespace plumb::task
