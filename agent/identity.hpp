// Who this task is: the host name, and what ECS says of it (task metadata endpoint, version 4).
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
#pragma once

#include "agent/config/references.hpp"
#include "model/labels.hpp"
#include "probes/probe.hpp"

#include <map>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace plumb::agent {

struct Identity {
    std::map<std::string, std::string> facts;  // for `check`: "hostname", "ecs.cluster", …
    Labels labels;                             // for windows: task, service, revision, zone, cluster, subnet
};

// The body that ${ECS_CONTAINER_METADATA_URI_V4}/task gives. What is missing or malformed is left out. Pure.
Identity parse_task_metadata(std::string_view json);

// Asks the endpoint where the variable names one, for at most `limit`; elsewhere, and when it does not
// answer, the host name stands for the task.
boost::asio::awaitable<Identity> identify(Services& services, Environment environment,
                                          std::chrono::nanoseconds limit);

}  // namespace plumb::agent
