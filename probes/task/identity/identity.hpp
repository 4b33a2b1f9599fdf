// Who this task is: what ECS, EC2 or Kubernetes says of it, else its host name.
//
// Nothing is asked over the network unless something local says where: the variable of the task metadata
// endpoint, or the board of an EC2 instance. A platform that does not answer is told as a fact.
//   ECS         task metadata endpoint, version 4
//   EC2         instance metadata service, version 2 (a token first)
//   Kubernetes  the downward API: POD_NAME, POD_NAMESPACE, NODE_NAME, and /etc/podinfo/labels
#pragma once

#include "model/labels.hpp"
#include "probes/probe.hpp"
#include "probes/task/identity/app_process.hpp"
#include "probes/task/identity/ecs.hpp"
#include "probes/task/places.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace plumb::task {

using ReadVariable = std::function<std::optional<std::string>(std::string_view)>;

// Whose the container is that the agent runs in: what its cgroup, its variables and its root say is the
// app's, or is not.
enum class OwnContainer { of_the_app, of_the_agent, unknown };

struct Identity {
    Labels labels;            // task, service, revision, zone, subnet, cluster, host, image
    std::vector<Fact> facts;  // each declared in facts.hpp
    AwsPlace place;           // the task's own account and region
    bool complete = true;     // false: its platform did not answer, and may be asked again
    std::string own;          // ECS: the container that the agent runs in; "" unknown
    std::string app;          // ECS: the container that the evidence is about; "" unknown
    std::string app_id;       // its id in the statistics
    std::optional<std::chrono::system_clock::time_point> app_started;  // as ECS says
    OwnContainer container = OwnContainer::of_the_app;
    std::optional<EcsTask> ecs;
};

struct WhoAsks {
    Places places;
    std::string app;  // the container that the configuration names; "" finds it
    pid_t self = 0;   // the agent's process, as /proc names it
};

// What the documents of ECS make of it. `own`: the container that the agent runs in, nullopt when its
// document did not come; `alone`: nothing else is to be seen there. Pure.
Identity identity_of_ecs(const std::optional<EcsContainer>& own, const EcsTask& task,
                         const std::string& configured_app, bool alone);

// What the downward API of Kubernetes gives; `labels_file` is the text of its labels. Pure.
Identity identity_of_pod(const ReadVariable& variable, std::string_view labels_file);

boost::asio::awaitable<Identity> identify(Services& services, ReadVariable variable, WhoAsks who,
                                          std::chrono::nanoseconds limit);

// The statistics of the task's containers, for gauges; empty when they did not come by the deadline.
boost::asio::awaitable<std::map<std::string, EcsUse>> ask_ecs_stats(Services& services, ReadVariable variable,
                                                                    Clock::time_point deadline);

Catalog identity_catalog();

}  // namespace plumb::task
