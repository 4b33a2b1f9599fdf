// Where `check` takes its targets from: the flags and the file, or the environment.
#pragma once

#include "agent/cli.hpp"
#include "agent/config/config.hpp"
#include "agent/discovery.hpp"
#include "agent/target_spec.hpp"

#include <string>
#include <vector>

namespace plumb::agent {

struct CheckTargets {
    std::vector<TargetSpec> targets;
    std::vector<std::string> resolvers;
    std::vector<std::string> warnings;  // of discovery
    std::vector<std::string> errors;    // not empty: bad usage or configuration
    bool discovered = false;
};

// `config`: what --config names, already read; nullptr without one. Pure but for env: and file: references.
CheckTargets choose_targets(const CheckOptions& options, const Config* config,
                            const EnvironmentPairs& variables, const Environment& environment,
                            const SchemeLookup& lookup);

}  // namespace plumb::agent
