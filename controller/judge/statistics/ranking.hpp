// Layers of facts, and how two values of an ordered fact stand to each other.
#pragma once

#include "model/phase.hpp"

#include <string>
#include <string_view>

namespace plumb::judge {

// The layer that a fact speaks of, by the first word of its name: dns → resolve, tcp → connect, tls →
// handshake; all else is what the server says of itself, or the task.
Layer layer_of_fact(std::string_view name, std::string_view kind);

enum class Order { lower, same, higher };

// `a` against `b`, digits compared as numbers: "9.6" is lower than "10.1". Two counts of twenty and more that
// differ by one are the same: days left change at midnight.
Order natural_order(std::string_view a, std::string_view b);

}  // namespace plumb::judge
