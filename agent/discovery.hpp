// Targets from the variables that the app itself reads. Pure: the environment comes in as pairs.
//
// A variable counts when its whole value is a URL of a known scheme (DATABASE_URL), when it is one of a host
// and port pair (CACHE_HOST and CACHE_PORT, probed as TCP), or when it is one of libpq's (PGHOST …). ECS_*,
// AWS_*, KUBERNETES_* and *_PROXY never count, in either case. Names: the suffix goes, the rest is
// lower-cased with '-'. The result does not depend on the order of the environment.
//
// Of an http(s) URL found here only host and port are kept: no request is sent, and the path of a webhook is
// a secret.
#pragma once

#include "agent/target_spec.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::agent {

// What discovery must know of a scheme; the program fills it from the registry of probes.
struct SchemeFacts {
    std::uint16_t default_port = 0;
    bool sends_requests = false;                  // a request to a stranger's URL may do something
    std::vector<std::string_view> known_options;  // other query keys of the app's URL are left out
};
using SchemeLookup = std::function<std::optional<SchemeFacts>(std::string_view scheme)>;

// A target's URL, and what of it was left out.
struct TargetUrl {
    Url url;
    std::string note;  // "" when nothing was left out
};
// `of_app`: the text is the app's own variable, so what its driver puts before and into the scheme ("jdbc:",
// "+psycopg2") goes, and so do options of that driver which a probe would refuse (pool sizes, schemas);
// `note` names them. What was written for us is read as it stands.
Result<TargetUrl> read_target_url(std::string_view text, bool of_app, const SchemeLookup& lookup);

struct Discovered {
    std::vector<TargetSpec> targets;  // in name order
    std::vector<std::string>
        warnings;  // variables that look like a target but cannot be one, and why; no values
};

using EnvironmentPairs = std::vector<std::pair<std::string, std::string>>;
EnvironmentPairs environment_pairs(char** environ_block);

Discovered discover(const EnvironmentPairs& environment, const SchemeLookup& lookup);

// DATABASE_URL → database, PAYMENTS_API_URL → payments-api. "" when nothing is left of the name.
std::string dependency_of_variable(std::string_view variable);

}  // namespace plumb::agent
