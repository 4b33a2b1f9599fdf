// What a person reads: a line as each scenario ends, and a table at the end.
#pragma once

#include "tests/lab/net/run.hpp"

#include <string>
#include <vector>

namespace plumb::lab {

struct Finished {
    const Scenario* scenario = nullptr;
    Result result;
};

void print_line(const Finished& finished);
void print_table(const std::vector<Finished>& all, double seconds);

}  // namespace plumb::lab
