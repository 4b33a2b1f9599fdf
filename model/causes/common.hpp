// The causes that belong to no one protocol: the peer's behaviour, the prober's own task, and the findings
// that are no failures. Part of the table in model/cause.cpp, in the order of the enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kPeer[] = {
    // Saturation: the path is open and the kernel at the other end accepted; it is the program that does not
    // answer.
    {Cause::peer_timeout, "peer.timeout", Layer::request, Category::saturation,
     "Connected, but the peer stayed silent or too slow until the deadline.",
     "An overloaded server does not take up what its kernel accepted; or it waits for a dependency or a "
     "lock; or the port belongs to another protocol, where both sides wait.",
     "Look at the server's load, threads and queue; check that the port speaks this protocol; compare with a "
     "longer timeout to tell slow from silent.",
     "ETIMEDOUT EAGAIN read-timeout"},
    {Cause::peer_closed, "peer.closed", Layer::request, Category::drift,
     "The peer closed the connection before its answer was complete.",
     "The peer's idle time-out is shorter than the client's reuse; be it the server's or the balancer's (60 "
     "s at an ALB). Or the server expects TLS, or another protocol, and hangs up; or it crashed while "
     "answering.",
     "Set the client's keepalive below the idle time-out; check TLS and port in the URL; read the server's "
     "log.",
     "EOF ECONNABORTED unexpected-eof"},
    {Cause::peer_reset, "peer.reset", Layer::request, Category::drift,
     "The peer, or something between, reset the connection after it was made.",
     "A NAT gateway or network balancer forgot an idle connection; it does so after about 350 s and resets "
     "at the next packet. Or a firewall cuts the connection; or the server process died or was stopped.",
     "Send keepalives more often than every 350 s; tcp_keepalive_time sets that, or the pool's own test. "
     "Then look for restarts of the server.",
     "ECONNRESET EPIPE RST"},
    {Cause::peer_garbage, "peer.garbage", Layer::request, Category::drift,
     "The bytes that came back are not the protocol that was expected.",
     "Another service listens here, or a proxy answers in its stead; or one side speaks TLS and the other "
     "plaintext.",
     "Check host, port and scheme of the URL; then what the port mapping or listener leads to.",
     "EPROTO protocol-error bad-message"},
    {Cause::peer_too_large, "peer.too_large", Layer::request, Category::drift,
     "The peer sent more than the probe's bound allows.",
     "The target is not a health or status address but content; or another service answers there.",
     "Point the target at a small answer, such as a health path.", "EMSGSIZE body-limit"},
    {Cause::peer_unexpected, "peer.unexpected", Layer::request, Category::drift,
     "The answer is well-formed, but not what the target expects.",
     "The service has another version, role or state here; for instance the body lacks the words that it "
     "should have, or the server is in another mode than in the other environment.",
     "Read the detail, and compare the facts of both environments; version and role above all.", "expect"},
};

inline constexpr CauseInfo kLocal[] = {
    {Cause::local_descriptors, "local.descriptors", Layer::task, Category::exhaustion,
     "The task has no file descriptor left.",
     "The app leaks connections or files; or the nofile limit is too low for production's number of "
     "connections.",
     "Raise nofile under `ulimits` in the task definition; find what is left open (/proc/PID/fd).",
     "EMFILE ENFILE nofile ulimits"},
    {Cause::local_memory, "local.memory", Layer::task, Category::exhaustion,
     "The kernel refused memory to this task.",
     "The container or the task stands at its memory limit; or socket buffers are exhausted on the instance.",
     "Compare the memory gauge with its limit; set the limit to the measured peak plus 25 to 30 %.",
     "ENOMEM ENOBUFS"},
    {Cause::local_trust_store, "local.trust_store", Layer::task, Category::drift,
     "The CA file of the target, or any trust store at all, could not be read.",
     "The image has no CA bundle (package ca-certificates); or the file of `ca=` or SSL_CERT_FILE is not "
     "mounted here; or this user may not read it.",
     "Install ca-certificates in the image or mount the file; check its path and permissions.",
     "SSL_CERT_FILE ca-certificates NO_START_LINE"},
    {Cause::local_cancelled, "local.cancelled", Layer::task, Category::drift,
     "The run was stopped by the user or by the agent's shutdown; it says nothing of the dependency.",
     "The agent was asked to stop while this run was under way.",
     "Nothing; repeat the run if its result is needed.", "ECANCELED SIGINT SIGTERM"},
    {Cause::local_error, "local.error", Layer::task, Category::drift,
     "The prober could not do its work for a reason of its own; the detail has the words.",
     "This task's limits or security settings forbid something ordinary; or the prober has a defect.",
     "Read the detail; compare the task definitions' limits and security options.", "EINVAL EIO EFAULT"},
};

inline constexpr CauseInfo kFindings[] = {
    {Cause::latency_network, "latency.network", Layer::connect, Category::drift,
     "The dependency is slower, and the kernel's own round-trip times rose with it: it is the path.",
     "Tasks and dependency stand in different zones or regions here; or the path goes through a NAT gateway, "
     "a transit gateway, a peering or a proxy that the other environment does not have; or packets are lost.",
     "Compare the zones of tasks and dependency; then the route between them; look at retransmissions.",
     "rtt slow latency"},
    {Cause::latency_server, "latency.server", Layer::request, Category::saturation,
     "The dependency is slower while the network's round-trip times stand still: it is the server's own "
     "share.",
     "The server is busier or smaller than in the other environment; it lacks CPU, I/O or burst credits, "
     "waits for locks, or has a cold cache or a missing index.",
     "Look at the server's CPU, credits, wait events and slow log; compare its size and its connections.",
     "slow latency queueing"},
    {Cause::latency_unknown, "latency.unknown", Layer::request, Category::drift,
     "The dependency is slower, and what was measured cannot tell the network's share from the server's.",
     "Another distance or a smaller server. If all phases of all dependencies rose together, it is this "
     "task's own CPU: throttling makes everything look slow.",
     "Look at the task's CPU throttling first; if it rose, raise the task's CPU. Then look at the zones and "
     "at the server's size.",
     "slow latency throttling"},
    {Cause::fact_differs, "fact.differs", Layer::server, Category::drift,
     "The two environments show different values where they should be equal (or equal ones where they must "
     "differ).",
     "Something was changed in one environment only; it may be a version, parameter group, policy, "
     "certificate issuer, image or variable. A public address where the other is private: a VPC endpoint "
     "without private DNS. An identity or a secret that is the same in both: one environment holds the "
     "other's address or secret.",
     "Align the setting, or accept the difference in the policy file; give it a reason and an end date "
     "there.",
     "drift difference"},
    {Cause::fact_missing, "fact.missing", Layer::server, Category::drift,
     "Something that one environment shows is absent in the other.",
     "A variable, secret, extension or setting was never created here; or an older server or agent does not "
     "report it.",
     "Add what is missing; if it is absent on purpose, accept it in the policy file.",
     "drift missing absent"},
    {Cause::gauge_headroom, "gauge.headroom", Layer::server, Category::saturation,
     "An amount stands close to the limit at which it refuses.",
     "Tasks, pools or load have grown, and the limit has not; the limit is that of connection slots, "
     "clients, descriptors, or the task's own memory.",
     "Lower what each task takes (pool size), or raise the limit; take a larger instance or RDS Proxy for "
     "that; for memory, to the measured peak plus 25 to 30 %.",
     "headroom limit saturation oom_kill 137"},
    {Cause::gauge_forecast, "gauge.forecast", Layer::server, Category::saturation,
     "An amount rises steadily and will reach its limit soon.",
     "Something leaks connections, descriptors or memory; or the load keeps growing.",
     "Find what holds the amount, and how it grows with a task's age; until then raise the limit.",
     "leak forecast exhaustion"},
    {Cause::gauge_projection, "gauge.projection", Layer::server, Category::saturation,
     "There is room now, but not while a deployment runs old and new tasks side by side.",
     "A rolling update starts new tasks before the old ones leave; it does so with maximumPercent above 100, "
     "and connections for each task × desired count × (maximumPercent − 100) / 100 come on top.",
     "Lower maximumPercent or the pool size; or put RDS Proxy in between; or raise the limit before the "
     "deployment.",
     "maximumPercent rolling-update projection"},
    {Cause::task_vanished, "task.vanished", Layer::task, Category::exhaustion,
     "A task fell silent without a goodbye while its memory stood at its limit.",
     "It was probably killed for its memory; the signs are OutOfMemoryError, exit code 137 and oom_kill "
     "above 0.",
     "Look at the stopped task's reason and exit code; set its memory limit to the measured peak plus 25 to "
     "30 %, or find the leak.",
     "OOMKilled 137 oom_kill OutOfMemoryError SIGKILL"},
    {Cause::task_starved, "task.starved", Layer::task, Category::exhaustion,
     "The task is short of CPU: many runs were made while it was throttled or woke up late; whatever it "
     "waits for then looks slow.",
     "The CPU limit of the container or task is too low for its load; or another container of the task or "
     "another task of the instance takes the CPU.",
     "Look at the CPU use and nr_throttled of the task; raise the task's CPU, or split what shares it. Judge "
     "the dependencies only after that.",
     "throttling nr_throttled CPU cpu-limit"},

    {Cause::task_replaced, "task.replaced", Layer::task, Category::health,
     "Tasks of one revision end soon after their start and are replaced, again and again.",
     "A health check stops them before the app is ready; it is the balancer's or the container's. Or the app "
     "exits by itself: a variable or secret is missing, or a dependency that it needs at its start refuses.",
     "Look at the stopped tasks' reason and exit code; then at the app's last log lines. If a health check "
     "stopped them, raise healthCheckGracePeriodSeconds above the measured warm-up.",
     "crash-loop restart-loop CrashLoopBackOff healthcheck"},
    {Cause::warmup_margin, "warmup.margin", Layer::task, Category::health,
     "The app becomes ready so late that the health check nearly kills it, or does.",
     "The first ready answer takes more than 80 % of the allowed time; the grace period and interval × "
     "unhealthy threshold set that time. Production is slower to warm up (more data, less CPU, colder "
     "caches).",
     "Raise healthCheckGracePeriodSeconds, or interval × threshold; either should lie well above the "
     "measured warm-up. Or shorten the warm-up.",
     "healthcheck warm-up grace-period"},
};

inline constexpr CauseInfo kUnknown[] = {
    {Cause::unknown, "unknown", Layer::request, Category::drift,
     "A failure whose code this version does not know; the detail has the peer's words.",
     "The agent that reported it is newer than this program.", "Update this program, or read the detail.",
     ""},
};

}  // namespace plumb::causes
