// A target that is well: it takes connections, says nothing, and waits for their end.
#pragma once

#include "tests/support/servers.hpp"

#include <cstdint>
#include <string>

namespace plumb::agent::test {

inline std::string place(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

struct Listener : plumb::test::ScriptedServer {
    Listener() : ScriptedServer([](plumb::test::Connection& peer) { peer.wait_for_close(); }) {}
};

}  // namespace plumb::agent::test
