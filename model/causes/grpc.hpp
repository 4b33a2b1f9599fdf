// The causes of gRPC: the statuses of a health check (grpc.health.v1) that have a story of their own. Part of
// the table in model/cause.cpp, in the order of the enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kGrpc[] = {
    {Cause::grpc_not_serving, "grpc.not_serving", Layer::request, Category::saturation,
     "The server answers, and its own health check says that the service is not serving.",
     "It is still starting or is draining for a deployment; or a dependency of its own fails, or it sheds "
     "load.",
     "Read the service's log for what set it to NOT_SERVING; look at its own dependencies; compare the "
     "running with the desired count.",
     "NOT_SERVING"},
    {Cause::grpc_unknown_service, "grpc.unknown_service", Layer::request, Category::drift,
     "The server's health service knows no service of this name.",
     "The name in the URL's path is misspelt; it is package.Service, as in the .proto. Or this environment "
     "runs a version or a server without it.",
     "Compare the path with the names that the server registers; without a path the server as a whole is "
     "asked.",
     "NOT_FOUND SERVICE_UNKNOWN"},
    {Cause::grpc_unimplemented, "grpc.unimplemented", Layer::request, Category::drift,
     "Something speaks gRPC there, and offers no health service (grpc.health.v1).",
     "The server does not register one; or a balancer or proxy routes by path and does not know "
     "/grpc.health.v1.Health/Check; or another service answers.",
     "Register the health service, which gRPC's libraries bring along; compare the listener's rules; else "
     "probe the port as tls:// or tcp://.",
     "UNIMPLEMENTED unknown-method"},
    {Cause::grpc_unauthenticated, "grpc.unauthenticated", Layer::request, Category::drift,
     "The service does not know who asks.",
     "The token or key is missing, expired or another environment's; or the server asks it of health checks "
     "too.",
     "Compare the secret that holds the token; give it as header= in the target's URL; or let the server "
     "exempt its health service.",
     "UNAUTHENTICATED"},
    {Cause::grpc_permission_denied, "grpc.permission_denied", Layer::request, Category::drift,
     "The service knows who asks and refuses.",
     "The role or token lacks the permission here; or a mesh's or proxy's policy does not let this task in.",
     "Compare the policies of both environments for this caller; look at the mesh's, the proxy's and the "
     "service's own.",
     "PERMISSION_DENIED"},
    {Cause::grpc_unavailable, "grpc.unavailable", Layer::request, Category::saturation,
     "The service, or the proxy before it, cannot take the call now.",
     "Nothing healthy stands behind the balancer or sidecar; or the server is going away or sheds load.",
     "Look at the target group's or mesh's healthy endpoints; then at the server's desired and running "
     "counts.",
     "UNAVAILABLE REFUSED_STREAM GOAWAY"},
    {Cause::grpc_resource_exhausted, "grpc.resource_exhausted", Layer::request, Category::saturation,
     "The service refuses for a quota, or because something of its own is used up.",
     "Its rate limit for this caller, a full queue, or its memory; production shares one quota among many "
     "tasks.",
     "Look at the service's limits and load; back off with jitter, or ask for a higher quota.",
     "RESOURCE_EXHAUSTED ENHANCE_YOUR_CALM"},
    {Cause::grpc_deadline_exceeded, "grpc.deadline_exceeded", Layer::request, Category::saturation,
     "The server itself says that the call's time was over.",
     "It is overloaded, or it waits for a dependency of its own; or a proxy before it has a shorter limit.",
     "Look at the server's load and at what its health check waits for; compare the proxies' time-outs.",
     "DEADLINE_EXCEEDED"},
    {Cause::grpc_error, "grpc.error", Layer::request, Category::drift,
     "The call ended with a status that is none of its usual ones; the detail has the words.",
     "A fault inside the service or in a proxy before it; it shows under this environment's configuration or "
     "data.",
     "Read the service's log for the time of the finding; compare versions and variables.",
     "INTERNAL CANCELLED FAILED_PRECONDITION ABORTED DATA_LOSS OUT_OF_RANGE INVALID_ARGUMENT"},
};

}  // namespace plumb::causes
