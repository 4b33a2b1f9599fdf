// Apart from emf.cpp, which needs no probe.
#include "agent/run/metrics/emf.hpp"
#include "probes/registry.hpp"

namespace plumb::agent {

std::string embedded_metrics(const Window& window) {
    return embedded_metrics(window, all_kinds());
}

}  // namespace plumb::agent
