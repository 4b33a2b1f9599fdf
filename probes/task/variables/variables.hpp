// The environment variables of the task: which there are, and what kind of value each holds.
//
// Values never leave: a variable becomes its name, its shape, and, where a key is configured, a fingerprint:
// the first 32 bits of HMAC-SHA-256 (RFC 2104) over name and value. Both environments are given the same key,
// the controller never is.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/places.hpp"
#include "probes/task/section.hpp"
#include "probes/task/variables/shape.hpp"
#include "probes/url.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace plumb::task {

struct VariableSettings {
    Secret key;                           // empty: no fingerprints
    std::vector<std::string> required;    // their absence is a fault by itself
    std::vector<std::string> must_match;  // their values are compared, by fingerprint
    std::vector<std::string> secrets;     // besides those that sound so
    std::vector<std::string> ignored;     // names, or beginnings of names with a final '*'
};

struct Variable {
    std::string name;
    Secret value;
};

// "A=1\0B=2\0": the text of /proc/PID/environ. What has no '=' is left out; of a name given twice the first
// counts, as for getenv.
std::vector<Variable> parse_environ(std::string_view text);

// 8 hexadecimal digits. REQUIRES: a key.
std::string fingerprint(const Secret& key, std::string_view name, const Secret& value);

// Whether a variable says nothing of the task's configuration: a shell's, a terminal's, the platform's own.
// In a pod (`kubernetes`) also what stands there for each service of the namespace.
bool of_the_platform(std::string_view name, bool kubernetes);

// Pure. `own`: where the task itself lies, as far as is known. Adds at most kRoomOfVariables facts
// (fact_room.hpp): names and shapes of kMaxVariables, required and listed ones first; then fingerprints of
// what must match and must differ, places, and the other fingerprints as far as there is room.
void describe_variables(const std::vector<Variable>& variables, const VariableSettings& settings,
                        const AwsPlace& own, Outcome& outcome);

inline constexpr std::size_t kMaxVariables = 192;  // told one by one

// At Depth::inspect only. `environment` gives the variables, and `own` the task's place, at each look.
std::unique_ptr<Section> make_variables(VariableSettings settings,
                                        std::function<std::vector<Variable>()> environment,
                                        std::function<AwsPlace()> own);

Catalog variables_catalog();

}  // namespace plumb::task
