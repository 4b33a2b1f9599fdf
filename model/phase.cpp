#include "model/run_order.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace plumb {
namespace {

constexpr std::array<std::pair<Layer, std::string_view>, 7> kLayers{{
    {Layer::resolve, "resolve"},
    {Layer::connect, "connect"},
    {Layer::handshake, "handshake"},
    {Layer::authenticate, "authenticate"},
    {Layer::request, "request"},
    {Layer::server, "server"},
    {Layer::task, "task"},
}};

// The phases in the order of a run: those of different kinds lie between one another. A layer is one stretch
// of it, but for what opens a second connection at the end.
constexpr std::array<std::pair<std::string_view, Layer>, 17> kRun{{
    {phase::resolve, Layer::resolve},
    {phase::connect, Layer::connect},
    {phase::tunnel, Layer::connect},
    {"starttls", Layer::handshake},
    {phase::handshake, Layer::handshake},
    {phase::authenticate, Layer::authenticate},
    {"exchange", Layer::request},
    {phase::query, Layer::request},
    {phase::ping, Layer::request},
    {phase::send, Layer::request},
    {phase::first_byte, Layer::request},
    {phase::transfer, Layer::request},
    {phase::inspect, Layer::request},
    {"shards", Layer::request},
    {phase::reuse, Layer::request},
    {phase::reconnect, Layer::handshake},
    {phase::resume, Layer::handshake},
}};

}  // namespace

std::string_view to_string(Layer layer) {
    for (const auto& [value, name] : kLayers) {
        if (value == layer) return name;
    }
    return "request";
}

std::optional<Layer> parse_layer(std::string_view text) {
    for (const auto& [value, name] : kLayers) {
        if (name == text) return value;
    }
    return std::nullopt;
}

Layer layer_of_phase(std::string_view phase, std::string_view kind) {
    if (kind == "task") return Layer::task;
    if (kind == "dns") return Layer::resolve;
    return layer_of_phase(phase);
}

Layer layer_of_phase(std::string_view phase) {
    const auto place = place_of_phase(phase);
    return place < kRun.size() ? kRun.at(place).second : Layer::request;
}

std::size_t place_of_phase(std::string_view phase) {
    const auto found =
        std::find_if(kRun.begin(), kRun.end(), [&](const auto& each) { return each.first == phase; });
    return static_cast<std::size_t>(found - kRun.begin());
}

}  // namespace plumb
