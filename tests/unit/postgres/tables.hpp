// Answers of a server, as the tests write them.
#pragma once

#include "model/outcome.hpp"
#include "probes/postgres/answer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace plumb::postgres {

using Cells = std::vector<std::pair<std::string, std::optional<std::string>>>;

inline Table table(const Cells& cells) {
    Table made;
    made.rows.emplace_back();
    for (const auto& [name, value] : cells) {
        made.columns.push_back(name);
        made.rows[0].push_back(value);
    }
    return made;
}

// The same with some cells replaced.
inline Table with(Table made, const Cells& cells) {
    for (const auto& [name, value] : cells) {
        for (std::size_t i = 0; i < made.columns.size(); ++i) {
            if (made.columns[i] == name) made.rows[0][i] = value;
        }
    }
    return made;
}

inline std::string fact(const Outcome& outcome, std::string_view name) {
    const auto* found = outcome.find_fact(name);
    return found == nullptr ? "(absent)" : found->value;
}

// -1: absent
inline double gauge(const Outcome& outcome, std::string_view name) {
    const auto* found = outcome.find_gauge(name);
    return found == nullptr ? -1 : found->value;
}

}  // namespace plumb::postgres
