// The causes that HTTP names. Part of the table in model/cause.cpp, in the order of the enum.
//
// Why the gateway errors differ in category. 502 says that a target answered wrongly, refused or hung up: a
// wrong port or protocol, or time-outs that do not fit one another, so drift. 503 and 504 say that nothing
// behind the gateway had room or time for the request, which is what load does, so saturation.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kHttp[] = {
    {Cause::http_status, "http.status", Layer::request, Category::drift,
     "The answer has a status that the target does not expect.",
     "The path or method is handled differently here; for instance by a redirect to a login page, another "
     "version of the service, or another host behind the name.",
     "Compare status and headers of both environments; if the status is right, allow it in the target's URL "
     "with #status=.",
     "3xx 4xx 301 302 307 308 400 405 409 410 418 422"},
    {Cause::http_unauthorized, "http.unauthorized", Layer::request, Category::drift,
     "The service knows who it is and refuses this caller: 401 or 403.",
     "The task role lacks the permission; else an endpoint or resource policy or a WAF rule denies this VPC; "
     "else the key or token belongs to another environment or is missing.",
     "Compare the task roles' IAM policies and the VPC endpoint policy; then the secret that holds the key.",
     "401 403 AccessDenied UnrecognizedClientException Forbidden Unauthorized"},
    {Cause::http_not_found, "http.not_found", Layer::request, Category::drift,
     "The service answers, but has nothing at this path: 404.",
     "Another version or stage of the service; or a listener rule that does not match this host or path; or "
     "a bucket or API that this environment lacks.",
     "Compare listener rules and the deployed version behind the name; check the path in the URL.", "404"},
    {Cause::http_rate_limited, "http.rate_limited", Layer::request, Category::saturation,
     "The service answered 429: this caller sends too many requests.",
     "The account's or key's quota is used up; production shares one key or one NAT address among many "
     "tasks, where staging has few.",
     "Honour Retry-After and back off with jitter; ask for a higher quota or use a key for each service; the "
     "rate-limit headers are in the gauges.",
     "429 ThrottlingException TooManyRequests RequestLimitExceeded SlowDown"},
    {Cause::http_bad_gateway, "http.bad_gateway", Layer::request, Category::drift,
     "A balancer or proxy answered 502: its target refused, hung up or answered with something invalid.",
     "The target closes idle connections before the balancer does; the ALB keeps them 60 s, so a request "
     "meets a closed connection. Or the target group's port or protocol is wrong; or targets crash or are "
     "stopped before the deregistration delay (300 s) is over.",
     "Set the server's keepalive time-out above the balancer's idle one; compare the target groups' port and "
     "protocol; look at target health and at exits of the target's tasks.",
     "502 keepalive"},
    {Cause::http_unavailable, "http.unavailable", Layer::request, Category::saturation,
     "503: nothing behind the address could take the request.",
     "The service sheds load or its queue is full; or the balancer's target group has no registered or "
     "healthy target (all are starting, draining or failing their health check).",
     "Look at the targets' health and its reason codes; then at the service's desired and running counts and "
     "at its CPU.",
     "503 ServiceUnavailable"},
    {Cause::http_gateway_timeout, "http.gateway_timeout", Layer::request, Category::saturation,
     "A balancer or proxy answered 504: its target did not answer in time.",
     "The target is overloaded, or waits for a dependency of its own; or the balancer cannot reach it (the "
     "security group between balancer and target); the ALB gives up after its idle time-out, 60 s by "
     "default.",
     "Look at the target's response time and at what it waits for; check the security group from balancer to "
     "target; set the time-outs so that the inner one is shorter.",
     "504 GatewayTimeout"},
    {Cause::http_server_error, "http.server_error", Layer::request, Category::drift,
     "The service itself failed while answering: a 5xx status other than 502, 503 and 504.",
     "The service fails with this environment's configuration or data; for instance a variable or secret is "
     "missing, a migration was not run, or a dependency of its own fails.",
     "Read the service's log for the time of the finding; compare its variables and its own dependencies.",
     "500 501 505 507 InternalServerError"},
    {Cause::http_proxy_unauthorized, "http.proxy_unauthorized", Layer::request, Category::drift,
     "The proxy on the way wants to know who asks: 407.",
     "The proxy's URL lacks the user and password of this environment; HTTP_PROXY, HTTPS_PROXY or the "
     "target's proxy= has none or those of another.",
     "Write them into the proxy's URL, from a secret; compare the proxy variables of both task definitions.",
     "407 ProxyAuthenticationRequired"},
    {Cause::http_proxy_refused, "http.proxy_refused", Layer::request, Category::drift,
     "The proxy answered, and made no tunnel to the target.",
     "Its list of allowed hosts and ports lacks the target (403); or it cannot reach or resolve the target "
     "itself (502, 503, 504): its own route, security group or DNS.",
     "Compare the proxies' allow-lists; try the target from the proxy's subnet; if the target should be "
     "reached directly, name it in NO_PROXY.",
     "CONNECT tunnel HTTP_PROXY HTTPS_PROXY NO_PROXY"},
};

}  // namespace plumb::causes
