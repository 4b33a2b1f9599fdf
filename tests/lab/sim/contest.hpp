// One gate: a world is played, the judge and the baselines look at the same windows, and what each says is
// held against the label.
#pragma once

#include "controller/judge/judge.hpp"
#include "tests/lab/sim/baselines/baseline.hpp"
#include "tests/lab/sim/scenario.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace plumb::lab {

struct Answer {
    judge::Verdict verdict = judge::Verdict::promote;
    bool right = false;  // the verdict is the label's
    bool found = false;  // a finding of the label's severity names the label's dependency
    bool first = false;  // the first finding does,
    bool layer = false;  // and has the label's layer (and so on)
    bool category = false;
    bool cause = false;
    bool scope = false;
    std::size_t holding = 0;  // findings that hold
    std::size_t strays = 0;   // those of them that name another dependency
    std::size_t warnings = 0;
    bool ever_held = false;  // after whichever window was looked at
    int windows = 0;         // after which the answer was right and stayed so; 0: never
    std::string told;        // the first findings and what blocks, for a person
};

struct Rival {  // what a baseline says
    bool holds = false;
    bool first = false;  // its strongest flag names the label's dependency
    int windows = 0;     // after which it first did; 0: never
};

struct Contest {
    Answer ours;
    std::vector<Rival> rivals;  // in the order of baseline_names(); empty when they were not asked
};

struct ContestOptions {
    bool every_window = false;  // look after each window, for how many are needed
    bool rivals = false;
    std::filesystem::path dump;  // a folder for baseline.jsonl and candidate.jsonl; empty: none
};

// Everything that may hold does, latency included.
judge::Policy strict_policy();

Contest hold_contest(const World& world, const Label& label, const ContestOptions& options);

}  // namespace plumb::lab
