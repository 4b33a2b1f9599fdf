// controller/ingest/incoming and proto/window_proto: a message of an agent at the controller.
#include "proto/window_proto.hpp"

#include "controller/ingest/incoming.hpp"
#include "model/window_json.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

void check_window(const Result<Window>& window) {
    if (!window) {
        fuzz::require_readable(window.error().message, 1024, "an error is bounded and readable");
        return;
    }
    if (!check_bounds(*window)) return;  // as ingest does
    const auto bytes = wire::encode(*window);
    require(bytes.size() <= kMaxWindowBytes, "a window keeps its bound");
    const auto again = wire::decode(bytes);
    require(again && check_bounds(*again), "what is encoded can be decoded");
    require(wire::encode(*again) == bytes, "what is encoded and decoded is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::Input(data, size).rest();
    const auto incoming = ingest::read_incoming(bytes);
    fuzz::require_readable(incoming.wrong, kMaxDetail, "an error is bounded and readable");
    if (incoming.wrong.empty() && incoming.request.has_window()) {
        require(incoming.window && incoming.sequence == incoming.request.window().sequence(),
                "the window and its number are seen before the message is read");
        check_window(wire::from_proto(incoming.request.window()));
    }
    check_window(wire::decode(bytes));
    return 0;
}
