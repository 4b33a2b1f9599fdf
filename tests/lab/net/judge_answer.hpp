// What the gate said against what a scenario expects.
#pragma once

#include "tests/lab/net/scenario.hpp"

#include <string>
#include <vector>

namespace plumb::lab {

struct Judged {
    std::string verdict;
    std::vector<std::string> wrong;  // what differs, in words; empty: as expected
    bool hopeless = false;           // no later answer makes up for this one
    std::string first;               // the first finding in a few words
};

// `answer` is the gate's JSON. What is no JSON is an answer that differs.
Judged judge_answer(const std::string& answer, const Expectation& expect);

// CI reads the exit code, a person the report: they must say the same.
bool agrees(const std::string& verdict, int exit_code);

}  // namespace plumb::lab
