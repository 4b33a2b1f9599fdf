// What the memcached probe may add to an outcome, each declared once.
#pragma once

#include "model/fact.hpp"
#include "model/outcome.hpp"

namespace plumb::memcached {

inline constexpr FactInfo kVersion{"memcached.version", FactClass::ordered, "version of the server"};

// At its limit the server refuses, or stops to listen until somebody leaves.
inline constexpr GaugeInfo kConnections{"memcached.connections", "connections",
                                        "open connections without this probe's; of max_connections", true};
inline constexpr GaugeInfo kMemory{"memcached.memory", "bytes",
                                   "bytes of stored items; of limit_maxbytes, where it evicts", false};
inline constexpr GaugeInfo kEvictions{"memcached.evictions", "1/s",
                                      "items evicted before their time, since the inspection before", false};
inline constexpr GaugeInfo kRejections{
    "memcached.rejections", "1/s",
    "connections refused or kept waiting at the limit, since the inspection before", false};

}  // namespace plumb::memcached
