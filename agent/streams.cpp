#include "agent/streams.hpp"

#include <cerrno>
#include <cstdio>
#include <string>

namespace plumb::agent {

bool print(std::string_view text) {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written && errno != EPIPE) tell("plumb-agent: standard output could not be written");
    return written;
}

void tell(std::string_view line) {
    const auto whole = std::string(line) + '\n';  // in one piece, so that no other's line comes between
    std::fwrite(whole.data(), 1, whole.size(), stderr);
}

}  // namespace plumb::agent
