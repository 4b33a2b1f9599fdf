// A phase is one step of a run; its layer is the coarse place that a finding names. The phases of a run add
// up to its total. Phase names are open (a new probe may add one); layers are closed.
#pragma once

#include <optional>
#include <string_view>

namespace plumb {

enum class Layer { resolve, connect, handshake, authenticate, request, server, task };

std::string_view to_string(Layer layer);
std::optional<Layer> parse_layer(std::string_view text);

// Names that probes use. `resolve`, `connect`, `handshake` and `authenticate` are their own layers, `tunnel`
// belongs to `connect`, `reconnect` and `resume` to `handshake`, and every other phase to `request`.
namespace phase {
inline constexpr std::string_view resolve = "resolve";
inline constexpr std::string_view connect = "connect";
inline constexpr std::string_view tunnel = "tunnel";        // CONNECT through a proxy
inline constexpr std::string_view handshake = "handshake";  // TLS
inline constexpr std::string_view authenticate = "authenticate";
inline constexpr std::string_view reconnect = "reconnect";  // what comes before `resume`: ticket, close, TCP
inline constexpr std::string_view resume = "resume";        // TLS with the session of a connection before
inline constexpr std::string_view query = "query";          // SQL, DNS question to a chosen server
inline constexpr std::string_view ping = "ping";            // Redis PING
inline constexpr std::string_view inspect = "inspect";      // reading what the server says of itself
inline constexpr std::string_view send = "send";            // request written
inline constexpr std::string_view first_byte = "first_byte";  // request written → first byte of the answer
inline constexpr std::string_view transfer = "transfer";      // first byte → last
inline constexpr std::string_view reuse = "reuse";            // a second request on the same connection
}  // namespace phase

// What a probe declares of a phase, for the documents and `explain`.
struct PhaseInfo {
    std::string_view name;
    std::string_view meaning;  // from what to what, in one line
    bool sometimes = false;    // only some targets of the kind have it, or some runs
};

Layer layer_of_phase(std::string_view phase);

}  // namespace plumb
