// What the task metadata endpoint of ECS, version 4, says: the task, its containers, and what each of them
// uses. Pure; what is missing or malformed is left out, text is sanitized and bounded.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
#pragma once

#include "probes/task/variables/shape.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

inline constexpr std::size_t kMaxContainers = 10;  // as many as a task definition may have

struct EcsContainer {
    std::string id;    // Docker's, or Fargate's; the key of the statistics
    std::string name;  // as in the task definition
    std::string image;
    std::string image_digest;  // "sha256:…"
    std::string type;          // "NORMAL"; others are the platform's own (the pause container, a proxy)
    std::string desired_status;
    std::string known_status;
    std::string network_mode;
    std::string subnet;                // CIDR block of its first network
    std::optional<double> cpu_units;   // 1024 are one vCPU
    std::optional<double> memory_mib;  // hard limit
    std::optional<std::chrono::system_clock::time_point> started;
};

struct EcsTask {
    std::string cluster;  // name, without the rest of its ARN
    std::string id;
    std::string family;
    std::string revision;
    std::string service;  // only on EC2
    std::string zone;
    std::string launch_type;
    std::string vpc;
    std::string desired_status;
    std::string known_status;
    AwsPlace place;               // account and region of the task
    std::optional<double> vcpus;  // limits of the task as a whole
    std::optional<double> memory_mib;
    std::optional<double> storage_mib;  // ephemeral storage: reserved and used (Fargate)
    std::optional<double> storage_used_mib;
    std::string clock_status;  // "SYNCHRONIZED" (Fargate)
    std::optional<double> clock_error_bound_ms;
    std::vector<EcsContainer> containers;
};

// One container's statistics, as Docker has them.
struct EcsUse {
    std::optional<std::chrono::system_clock::time_point> read;  // when it was so; ECS looks once a second
    std::optional<double> memory;        // bytes; working set: page cache that can be dropped is taken off
    std::optional<double> page_cache;    // bytes; that can be dropped
    std::optional<double> memory_peak;   // only where the kernel's cgroups are of version 1
    std::optional<double> memory_limit;  // absent: none of its own
    std::optional<double> cpu_seconds;   // used since its start
    std::optional<double> periods;       // of its CPU quota, and those of them in which it was stopped
    std::optional<double> throttled;
    std::optional<double> pids;
};

// A container that ECS adds by itself: the pause container, the proxy of Service Connect, GuardDuty's agent.
bool is_of_the_platform(const EcsContainer& container);

std::optional<EcsContainer> parse_ecs_container(std::string_view json);
std::optional<EcsTask> parse_ecs_task(std::string_view json);
std::map<std::string, EcsUse> parse_ecs_stats(std::string_view json);  // by the container's id

}  // namespace plumb::task
