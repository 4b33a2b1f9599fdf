// The runs of each dependency together. Pure.
#pragma once

#include "model/outcome.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::agent {

// All runs of one dependency, in the order they were made. Points into the outcomes it was made of.
struct Group {
    std::string dependency;
    std::vector<const Outcome*> runs;
    std::size_t failed = 0;
    const Outcome* shown = nullptr;  // the last failed run, else the last
};

std::vector<Group> group(const std::vector<Outcome>& outcomes);  // in the order of their first runs

}  // namespace plumb::agent
