// The configuration file of `run`, `validate` and `check --config`: YAML, strict. Every mistake of a file is
// collected with its line, what is wrong and what would be right. References are expanded after the YAML is
// parsed, so a value cannot change the file's structure.
#pragma once

#include "agent/config/references.hpp"
#include "agent/config/task_config.hpp"
#include "agent/discovery.hpp"
#include "agent/target_spec.hpp"
#include "base/strict_yaml.hpp"
#include "model/labels.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace plumb::agent {

// Towards the controller. An empty `ca` means the image's own trust store.
struct ControllerTls {
    struct File {
        std::string path;
        int line = 0;  // where the configuration names it
    };
    int line = 0;
    File ca;    // PEM
    File cert;  // PEM, the agent's own certificate; with `key`, or neither
    File key;
};

struct Config {
    std::string controller;   // "plumb.internal:7443"; empty: windows go to --output only
    bool plaintext = false;   // allows a controller that is not on loopback without TLS
    std::string environment;  // required with a controller
    std::string service;
    Labels labels;  // added to what the task's metadata gives; these win
    std::chrono::nanoseconds window{std::chrono::seconds(30)};  // 100 ms to 1 h
    std::vector<std::string> resolvers;  // "10.0.0.2:53"; empty: /etc/resolv.conf, else the VPC's
    int resolver_line = 0;
    std::optional<ControllerTls> tls;
    Secret token;                     // sent as `authorization: Bearer …`
    std::vector<TargetSpec> targets;  // in file order
    TaskConfig task;
};

// What could be read is in the result even when `complaints` is not empty.
Config parse_config(const std::string& text, const Environment& environment, const SchemeLookup& lookup,
                    yaml::Complaints& complaints);

// "10.0.0.7", "::1", "localhost", "127.0.0.1:7443" …
bool is_loopback(std::string_view host_and_port);

}  // namespace plumb::agent
