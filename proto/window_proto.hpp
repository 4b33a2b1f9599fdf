// Windows between their wire form (proto/plumb/v1/window.proto) and the model: the one place that knows both.
// The agent sends, the controller's ingest reads, and its store keeps the same bytes, so that a window is
// encoded one way.
//
// Text from the wire is bounded and escaped here, before anything else reads it; numbers are checked by the
// model's check_bounds(). The wire form carries neither the agent nor its labels: both come from the stream's
// hello.
#pragma once

#include "model/window.hpp"

#include <string>
#include <string_view>

namespace plumb::v1 {
class Window;
}

namespace plumb::wire {

// Refuses what breaks a bound, with the field's name. `agent` and `labels` of the result are empty.
Result<Window> from_proto(const v1::Window& message);
void to_proto(const Window& window, v1::Window& message);  // age_ms is the sender's and stays untouched

std::string encode(const Window& window);
Result<Window> decode(std::string_view bytes);

}  // namespace plumb::wire
