// From what the user gave to probes that can run.
#pragma once

#include "agent/config/config.hpp"
#include "agent/discovery.hpp"
#include "probes/registry.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace plumb::agent {

inline constexpr std::chrono::nanoseconds kDefaultTimeout = std::chrono::seconds(2);
inline constexpr std::chrono::nanoseconds kDefaultInterval = std::chrono::seconds(5);

// Checks scheme and options. The error names the target by its origin.
Result<Prepared> prepare(const TargetSpec& spec, std::chrono::nanoseconds default_timeout,
                         Services& services);

// Discovery's view of the registry.
SchemeLookup registry_lookup();

// The file at `path`, read and parsed. Complaints come whole; a file that cannot be read is one of them.
Config load_config(const std::string& path, yaml::Complaints& complaints);

// Every target of `config`, or complaints with their lines.
std::vector<Prepared> prepare_all(const Config& config, std::chrono::nanoseconds default_timeout,
                                  Services& services, yaml::Complaints& complaints);

}  // namespace plumb::agent
