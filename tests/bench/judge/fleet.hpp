// The windows of two large fleets for the bench of the judge.
#pragma once

#include "controller/judge/evidence/cohort.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace plumb::bench {

struct Size {
    int tasks = 1000;
    int dependencies = 20;
    int windows = 30;
};

judge::Time end_of_range();

// Tasks differ a little and so do windows; every dependency has four phases, six facts and four gauges, one
// of them near its limit. `build` is the time that CohortBuilder took.
judge::Cohort fleet(const std::string& environment, const Size& size, std::chrono::nanoseconds& build);

}  // namespace plumb::bench
