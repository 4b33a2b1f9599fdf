// Windows from a controller's store, judged again: another policy, another time. The same comparison as the
// controller makes.
#pragma once

#include "base/result.hpp"
#include "controller/judge/judge.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace plumb::ctl {

struct JudgeStore {
    std::string store;     // sqlite:FILE; only read, also while a controller writes to it
    std::string baseline;  // selectors
    std::string candidate;
    std::string service;  // empty: every service
    std::chrono::milliseconds since{};
    std::chrono::milliseconds baseline_before{};
    std::optional<judge::Time> until;  // the `now` of the comparison; absent: the end of the latest window
    judge::Policy policy;
    bool explain = false;
};

// A store that cannot be opened, or a selector that is none, is an error.
Result<judge::Report> judge_store(const JudgeStore& question);

}  // namespace plumb::ctl
