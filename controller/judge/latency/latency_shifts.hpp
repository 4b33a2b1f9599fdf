// Which phases are slower on the candidate: the tests over all dependencies, with one false discovery rate.
#pragma once

#include "controller/judge/finding/judgement.hpp"
#include "controller/judge/latency/latency_values.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plumb::judge {

struct LatencyTest {  // one measure of one phase, for one part of the candidate
    const DependencyView* dependency = nullptr;
    std::string phase;
    Layer layer = Layer::request;
    Measure measure = Measure::p50;
    Part part;
    Effect effect;
    Effect rest;  // of the tasks outside the part, for what the part is blamed for
    Shift shift;
    double slow_limit_ns = 0;  // what the slow ones among its runs exceed
    double slow_before = 0;    // their share, 0 … 1
    double slow_after = 0;
    double accepted = 0;  // ln of the accepted ratio
    double delta = 0;     // the change that does not matter, in the measure's unit
    double floor_ns = 0;  // nor does a shift of a quantile below it
    double adjusted = 1;  // p, corrected for all tests of this comparison
    double level = 0;     // below which it counts
    bool found = false;

    double baseline_ns() const;   // quantiles only
    double candidate_ns() const;  // what the effect says, so that ratio and amounts agree
};

// Every test that could be made, in the order of dependencies and phases; phases without tasks or runs enough
// go to the judgement's gaps.
std::vector<LatencyTest> test_latency(const View& view, Judgement& judgement);

std::string subject_of(const LatencyTest& test);  // latency:<phase>:<measure>

// In latency_words.cpp.
// `sure`: it may hold; else it only warns.
Finding latency_finding(const LatencyTest& test, const View& view, bool sure);
Comparison latency_comparison(const LatencyTest& test);

}  // namespace plumb::judge
