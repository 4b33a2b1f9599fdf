// What the task's platform says of who it is.
#pragma once

#include "model/fact.hpp"

namespace plumb::task {

inline constexpr FactInfo kPlatform{"task.platform", FactClass::must_match,
                                    "where the task runs: ECS, EC2, Kubernetes or another host"};
inline constexpr FactInfo kMetadata{"task.metadata", FactClass::informational,
                                    "what became of the question to the metadata endpoint, where it was not "
                                    "answered"};
inline constexpr FactInfo kEcsCluster{"ecs.cluster", FactClass::informational, "cluster"};
inline constexpr FactInfo kEcsService{"ecs.service", FactClass::informational, "service"};
inline constexpr FactInfo kEcsFamily{"ecs.family", FactClass::informational, "family of the task definition"};
inline constexpr FactInfo kEcsRevision{"ecs.revision", FactClass::informational,
                                       "revision of the task definition"};
inline constexpr FactInfo kEcsTask{"ecs.task", FactClass::informational, "id of the task"};
inline constexpr FactInfo kEcsZone{"ecs.zone", FactClass::informational, "availability zone"};
inline constexpr FactInfo kEcsSubnet{"ecs.subnet", FactClass::informational, "CIDR block of the subnet"};
inline constexpr FactInfo kEcsVpc{"ecs.vpc", FactClass::informational, "VPC"};
inline constexpr FactInfo kEcsLaunchType{"ecs.launch_type", FactClass::must_match, "FARGATE or EC2"};
inline constexpr FactInfo kEcsNetworkMode{"ecs.network_mode", FactClass::must_match,
                                          "network mode of the container: awsvpc, bridge, host"};
inline constexpr FactInfo kEcsContainer{"ecs.container", FactClass::informational,
                                        "the container that the agent runs in"};
inline constexpr FactInfo kEcsApp{"ecs.app", FactClass::informational,
                                  "the container that the task's own evidence is about"};
inline constexpr FactInfo kEcsImage{"ecs.image", FactClass::informational, "image of the app's container"};
inline constexpr FactInfo kEcsImageDigest{"ecs.image_digest", FactClass::informational,
                                          "digest of the image of the app's container"};
inline constexpr FactInfo kEcsAppLimits{"ecs.app_limits", FactClass::informational,
                                        "CPU units and memory that the definition gives the app's container"};
inline constexpr FactInfo kEcsContainers{"ecs.containers", FactClass::must_match,
                                         "the containers of the task, by name"};
inline constexpr FactInfo kEcsCpu{"ecs.cpu_limit", FactClass::ordered, "vCPUs of the task as a whole"};
inline constexpr FactInfo kEcsMemory{"ecs.memory_limit", FactClass::ordered,
                                     "memory limit of the task as a whole"};
inline constexpr FactInfo kEcsDesired{"ecs.desired_status", FactClass::informational,
                                      "what ECS wants the task to be"};
inline constexpr FactInfo kEcsKnown{"ecs.known_status", FactClass::informational,
                                    "what ECS believes the task to be"};
inline constexpr FactInfo kEcsClock{"ecs.clock", FactClass::must_match,
                                    "whether Fargate calls the task's clock synchronized"};
inline constexpr FactInfo kEc2Instance{"ec2.instance", FactClass::informational, "id of the instance"};
inline constexpr FactInfo kEc2Type{"ec2.instance_type", FactClass::informational, "type of the instance"};
inline constexpr FactInfo kEc2Zone{"ec2.zone", FactClass::informational, "availability zone of the instance"};
inline constexpr FactInfo kEc2Image{"ec2.image", FactClass::informational, "AMI of the instance"};
inline constexpr FactInfo kPod{"kubernetes.pod", FactClass::informational, "name of the pod"};
inline constexpr FactInfo kNamespace{"kubernetes.namespace", FactClass::informational,
                                     "namespace of the pod"};
inline constexpr FactInfo kNode{"kubernetes.node", FactClass::informational, "node of the pod"};
inline constexpr FactInfo kHostName{"hostname", FactClass::informational, "host name of the container"};

inline constexpr FactInfo kIdentityFacts[] = {
    kPlatform,  kMetadata,       kEcsCluster,   kEcsService,    kEcsFamily,      kEcsRevision,  kEcsTask,
    kEcsZone,   kEcsSubnet,      kEcsVpc,       kEcsLaunchType, kEcsNetworkMode, kEcsContainer, kEcsApp,
    kEcsImage,  kEcsImageDigest, kEcsAppLimits, kEcsContainers, kEcsCpu,         kEcsMemory,    kEcsDesired,
    kEcsKnown,  kEcsClock,       kEc2Instance,  kEc2Type,       kEc2Zone,        kEc2Image,     kPod,
    kNamespace, kNode,           kHostName,
};

}  // namespace plumb::task
