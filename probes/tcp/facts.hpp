// The facts of the tcp probe beside those of every connection (probes/net/facts.hpp).
#pragma once

#include "model/fact.hpp"

namespace plumb::tcp::facts {

// What a server says of itself holds its name and its version.
inline constexpr FactInfo kGreeting{"tcp.greeting", FactClass::informational,
                                    "the server's first line, with starttls"};
inline constexpr FactInfo kAnswer{"tcp.answer", FactClass::informational,
                                  "the line that the last expect= was found in"};

}  // namespace plumb::tcp::facts
