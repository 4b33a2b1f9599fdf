// The closed list of causes: what went wrong, named by layer. A cause carries the words that every screen
// uses: what it means, the probable reason, the next action. `plumb-agent explain`, the check table and the
// judge read the same table, so they cannot disagree.
//
// Wire form: the code ("tcp.timeout"). A reader that meets a code it does not know keeps the text and treats
// it as cause_info(Cause::unknown), so versions can mix.
#pragma once

#include "model/phase.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace plumb {

enum class Category { drift, saturation, exhaustion, health };

std::string_view to_string(Category category);
std::optional<Category> parse_category(std::string_view text);

enum class Cause {
    // dns: the name did not become an address
    dns_nxdomain,
    dns_no_data,
    dns_servfail,
    dns_refused,
    dns_timeout,
    dns_unreachable,  // no resolver could be contacted
    dns_malformed,
    dns_unexpected,  // answered, but not what the target expects
    // tcp
    tcp_timeout,
    tcp_refused,
    tcp_reset,
    tcp_unreachable,       // no route to host, network unreachable
    tcp_no_local_address,  // EADDRNOTAVAIL: local ports exhausted
    tcp_not_permitted,     // EPERM/EACCES from a local policy
    tcp_failed,            // any other errno
    // tls
    tls_timeout,
    tls_not_tls,  // the peer does not speak TLS on this port
    tls_refused,  // the server declined to upgrade (Postgres answers 'N')
    tls_expired,
    tls_not_yet_valid,
    tls_unknown_authority,
    tls_self_signed,
    tls_name_mismatch,
    tls_revoked,
    tls_certificate_required,
    tls_protocol_version,
    tls_handshake_failure,
    tls_unrecognized_name,
    tls_verify_failed,  // any other verification error
    // http
    http_status,              // an unexpected status not named below
    http_unauthorized,        // 401, 403
    http_not_found,           // 404
    http_rate_limited,        // 429
    http_bad_gateway,         // 502
    http_unavailable,         // 503
    http_gateway_timeout,     // 504
    http_server_error,        // other 5xx
    http_proxy_unauthorized,  // 407
    http_proxy_refused,       // the proxy did not make the tunnel
    // grpc: what the health check of a service says
    grpc_not_serving,
    grpc_unknown_service,  // NOT_FOUND, SERVICE_UNKNOWN
    grpc_unimplemented,    // no health service behind the address
    grpc_unauthenticated,
    grpc_permission_denied,
    grpc_unavailable,
    grpc_resource_exhausted,
    grpc_deadline_exceeded,
    grpc_error,  // any other status
    // postgres
    postgres_auth_failed,             // 28P01
    postgres_not_authorized,          // 28000
    postgres_no_database,             // 3D000
    postgres_too_many_connections,    // 53300
    postgres_starting_up,             // 57P03
    postgres_shutting_down,           // 57P01, 57P02
    postgres_read_only,               // 25006
    postgres_insufficient_privilege,  // 42501
    postgres_statement_timeout,       // 57014
    postgres_unsupported_auth,        // GSSAPI, SSPI: this client cannot
    postgres_error,                   // any other SQLSTATE
    // redis
    redis_noauth,
    redis_wrongpass,
    redis_noperm,
    redis_loading,
    redis_moved,
    redis_ask,
    redis_readonly,
    redis_noreplicas,
    redis_out_of_memory,
    redis_misconf,
    redis_max_clients,
    redis_busy,
    redis_masterdown,
    redis_protected_mode,
    redis_cluster_down,
    redis_tryagain,
    redis_error,
    // peer: for every kind that speaks a protocol above TCP or TLS
    peer_timeout,     // connected, but silent or too slow until the deadline
    peer_closed,      // closed before the answer was complete
    peer_reset,       // reset after connecting
    peer_garbage,     // the bytes are not the protocol
    peer_too_large,   // more bytes than the bound allows
    peer_unexpected,  // well-formed, but not what the target expects
    // local: the prober's own task
    local_descriptors,  // EMFILE, ENFILE
    local_memory,
    local_trust_store,  // the CA file of the target cannot be read
    local_cancelled,    // stopped by the user or by shutdown; never counted as evidence
    local_error,
    // findings that are not failures (the judge's own)
    latency_network,
    latency_server,
    latency_unknown,
    fact_differs,
    fact_missing,
    gauge_headroom,
    gauge_forecast,
    gauge_projection,
    task_vanished,
    task_starved,
    task_replaced,
    warmup_margin,
    // what the task's own evidence shows by itself
    task_oom_killed,
    task_connection_leak,
    task_connect_stuck,
    task_backlog_full,
    task_wrong_port,
    task_ready_early,
    task_not_ready,
    unknown,
};

struct CauseInfo {
    Cause cause;
    std::string_view code;  // "tcp.timeout"
    Layer layer;            // where it usually shows; the failing phase decides in a finding
    Category category;
    std::string_view meaning;  // one sentence: what was observed
    std::string_view reason;   // the probable reasons in ECS, most probable first
    std::string_view action;   // the next thing to do
    std::string_view aliases;  // space-separated words that find it: "28P01 ECONNREFUSED"
};

std::span<const CauseInfo> all_causes();
const CauseInfo& cause_info(Cause cause);
std::string_view to_string(Cause cause);
std::optional<Cause> parse_cause(std::string_view code);

// The causes that a person may mean by a code or an alias, in any case: "tcp.timeout", "28p01", "ETIMEDOUT",
// "429". A code gives exactly one; an alias may give several; an unknown word none.
std::vector<const CauseInfo*> find_causes(std::string_view word);

}  // namespace plumb
