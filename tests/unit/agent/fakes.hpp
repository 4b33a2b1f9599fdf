// What the tests of the agent share: an environment in a map and a small registry.
#pragma once

#include "agent/config/references.hpp"
#include "agent/discovery.hpp"

#include <map>
#include <string>

namespace plumb::agent::test {

inline Environment variables(std::map<std::string, std::string> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(std::string(name));
        if (found == values.end()) return std::nullopt;
        return found->second;
    };
}

inline std::optional<SchemeFacts> small_registry(std::string_view scheme) {
    static const std::map<std::string, SchemeFacts, std::less<>> known{
        {"postgres", {5432, false, {"sslmode"}}},
        {"postgresql", {5432, false, {"sslmode"}}},
        {"redis", {6379, false, {}}},
        {"rediss", {6379, false, {"ca"}}},
        {"http", {80, true, {}}},
        {"https", {443, true, {}}},
        {"tcp", {0, false, {}}},
        {"mysql", {3306, false, {}}},
    };
    const auto found = known.find(scheme);
    if (found == known.end()) return std::nullopt;
    return found->second;
}

}  // namespace plumb::agent::test
