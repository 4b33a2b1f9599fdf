// A message of an agent, from its bytes. What repeats is counted on the wire form, before protobuf may
// allocate for it: two bytes there can become two hundred in memory.
#pragma once

#include "plumb/v1/report.pb.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::ingest {

struct Incoming {
    v1::ReportRequest request;
    std::string wrong;    // why there is no request; empty when there is one
    bool window = false;  // it carried a window, with this sequence
    std::uint64_t sequence = 0;
};

Incoming read_incoming(std::string_view bytes);

}  // namespace plumb::ingest
