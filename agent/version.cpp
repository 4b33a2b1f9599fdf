#include "agent/version.hpp"

namespace plumb::agent {

std::string_view version() {
    return PLUMB_VERSION;
}

}  // namespace plumb::agent
