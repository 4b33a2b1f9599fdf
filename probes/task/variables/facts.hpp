// What the variables of the task add to its evidence. NAME is the variable's.
#pragma once

#include "model/fact.hpp"

namespace plumb::task {

inline constexpr FactInfo kVariable{"env.NAME", FactClass::must_match,
                                    "what kind of value the variable holds; (missing) when it is required "
                                    "and not set"};
inline constexpr FactInfo kRequiredVariable{"env.NAME", FactClass::required, kVariable.meaning};
inline constexpr FactInfo kVariablePlace{
    "env.NAME.place", FactClass::must_match,
    "account and region of an ARN or an address of AWS; \"its own\" where they are the task's"};
inline constexpr FactInfo kVariableValue{
    "env.NAME.value", FactClass::informational,
    "keyed fingerprint of the value, 32 bits; only where both environments share a key"};
inline constexpr FactInfo kOtherVariables{"task.other_variables", FactClass::must_match,
                                          "how many more variables there are, and a digest of their names"};
inline constexpr FactInfo kOtherVariablesList{"task.other_variables.list.N", FactClass::informational,
                                              "the names of those, on pages"};
inline constexpr FactInfo kOtherValues{
    "task.other_values", FactClass::must_match,
    "how many places and fingerprints that must match had no room of their own, and a digest of them"};
inline constexpr FactInfo kVariablesFrom{"task.variables_from", FactClass::informational,
                                         "whose variables these are: this container's, or another process's"};

}  // namespace plumb::task
