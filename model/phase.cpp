#include "model/phase.hpp"

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

Layer layer_of_phase(std::string_view phase) {
    if (phase == phase::resolve) return Layer::resolve;
    if (phase == phase::connect || phase == phase::tunnel) return Layer::connect;
    if (phase == phase::handshake || phase == phase::reconnect || phase == phase::resume)
        return Layer::handshake;
    if (phase == phase::authenticate) return Layer::authenticate;
    return Layer::request;
}

}  // namespace plumb
