// Windows from files (`plumb-agent run --output`), judged without a controller.
#pragma once

#include "base/result.hpp"
#include "controller/judge/judge.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace plumb::ctl {

struct JudgeFiles {
    std::string baseline;
    std::string candidate;
    std::string service;                             // empty: every service
    std::optional<std::chrono::milliseconds> since;  // before the latest window of both; absent: everything
    judge::Policy policy;
    bool explain = false;
    std::chrono::milliseconds baseline_before{};  // how long before the candidate's the baseline's range ends
};

// With `baseline_before` the range is no longer than that, lest both sides read the same windows of one file.
// A file that cannot be read, or a line that is no window, is an error with file and line. An unfinished last
// line is passed over: an agent may be writing it.
Result<judge::Report> judge_files(const JudgeFiles& files);

}  // namespace plumb::ctl
