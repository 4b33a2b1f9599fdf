// `plumb-controller serve`: what its flags mean, and the life of the server from start to stop.
#pragma once

#include "controller/ingest/login_budget.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace plumb::controller {

struct ServeOptions {
    std::string listen = "127.0.0.1:7443";  // gRPC: agents and plumbctl; port 0 takes a free one
    std::string http = "127.0.0.1:7480";    // /healthz, /readyz, /metrics
    std::string store;                      // sqlite:FILE
    std::string tls_cert;                   // PEM files; both or none
    std::string tls_key;
    std::string client_ca;  // with TLS: peers must show a certificate of this authority
    std::string tokens;     // who may report and who may read; empty: anybody
    std::string policy;     // floor: what no app's policy can loosen
    std::chrono::nanoseconds retention = std::chrono::hours(24 * 30);
    std::optional<double> login_budget = ingest::kDefaultLoginBudget;  // as ingest::LoginBudget takes it
    bool insecure_plaintext = false;  // plaintext beyond loopback, deliberately
};

// Serves until SIGTERM or SIGINT, then ends gracefully; a second signal ends it at once. Returns the exit
// code: 0 after a requested stop, 2 when it cannot start as configured (the reason is on stderr).
int serve(const ServeOptions& options);

}  // namespace plumb::controller
