// What the task shows of itself, whatever the other environment does.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kTask[] = {
    {Cause::task_oom_killed, "task.oom_killed", Layer::task, Category::exhaustion,
     "The kernel killed a process of this task for its memory.",
     "The memory limit is below what the load needs here; it has larger data, more workers or a leak; or a "
     "heap is sized for another limit.",
     "Set the memory limit to the measured peak plus 25 to 30 %; or find the leak; size heaps and worker "
     "counts from the limit.",
     "OOMKilled oom_kill OutOfMemoryError oom 137"},
    {Cause::task_connection_leak, "task.connection_leak", Layer::task, Category::exhaustion,
     "Connections stay in CLOSE_WAIT: the peer has closed them and the app does not.",
     "Some code path never closes its connection, often after an error; or a pool keeps what the server has "
     "ended and hands it out. Each holds a descriptor, and in a database's pool a slot.",
     "Find who does not close connections to this dependency; ss -tp state close-wait shows them. Give the "
     "pool a maximum lifetime and a test before use.",
     "CLOSE_WAIT leak"},
    {Cause::task_connect_stuck, "task.connect_stuck", Layer::task, Category::drift,
     "The app's own connections stand in SYN_SENT: it calls and nobody answers.",
     "A security group, network ACL or missing route blocks the way; it stands between the task and the "
     "address that the app uses. Or the app has another address than the one that is probed, an old one of "
     "DNS above all.",
     "Look at the detail's address: is it the dependency's present one? Allow the port in its security "
     "group, or make the app resolve the name again.",
     "SYN_SENT"},
    {Cause::task_backlog_full, "task.backlog_full", Layer::task, Category::saturation,
     "A listener of the task has as many connections waiting as its backlog allows.",
     "The app does not accept fast enough; it has too few workers, a blocked event loop or a throttled "
     "processor; clients then see time-outs that look like packet loss.",
     "Look at the app's workers and at the task's CPU first; then raise the backlog of listen() and "
     "net.core.somaxconn together.",
     "backlog accept-queue somaxconn ListenOverflows"},
    {Cause::task_wrong_port, "task.wrong_port", Layer::task, Category::health,
     "The health check's port is closed, and the app listens on another.",
     "The variable with the app's port (PORT) has another value here; or the task definition's port mapping "
     "or the target group names the old one.",
     "Use one number for the app's port, containerPort and health check; the health check is the target "
     "group's.",
     "containerPort port-mapping"},
    {Cause::task_ready_early, "task.ready_early", Layer::task, Category::health,
     "The app called itself healthy before its dependencies could be reached.",
     "The health check answers as soon as the process listens; it looks at nothing behind it, so the "
     "balancer sends requests that must fail.",
     "Let the readiness answer wait for a connection to each dependency; the first one to each that a "
     "request needs is enough.",
     "readiness"},
    {Cause::task_not_ready, "task.not_ready", Layer::task, Category::health,
     "The app was ready and is not any more, or has not become ready before the kill line.",
     "It is overloaded or blocked; or what its health answer depends on failed. Before the first ready "
     "answer: it warms up longer than the grace period allows, or never will.",
     "Read the health URL's answer inside the task, and the app's log; then compare the health check's "
     "time-out and thresholds with what was measured.",
     "unhealthy flapping"},
};

}  // namespace plumb::causes
