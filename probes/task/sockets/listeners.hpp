// The task's listeners: how many connections wait in each one's accept queue, and whether a queue stays full.
// The kernel lets in one more than the backlog (listen(2)) and drops what comes then. Pure.
#pragma once

#include "probes/task/sockets/census.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plumb::task {

inline constexpr std::size_t kMaxShownListeners = 4;
inline constexpr std::size_t kMaxShownPorts = 16;

// One a port, the fullest first, at most kMaxShownListeners: several may share a port (SO_REUSEPORT, one for
// each family), and then the fullest of them stands for it.
std::vector<Listener> fullest_listeners(std::span<const Listener> listeners);

std::string listening_ports(std::span<const Listener> listeners);  // "8080, 9090", with "…" after the 16th

class BacklogWatch {
  public:
    // What is wrong: the same listener's queue was full in this look and in the one before. Never where no
    // backlog is known.
    std::optional<std::string> look(std::span<const Listener> listeners);

  private:
    std::vector<std::uint64_t> full_;  // inodes, in the look before
};

}  // namespace plumb::task
