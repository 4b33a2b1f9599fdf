// The three questions that are asked of one gauge: is there room now, will there be soon, and is there while
// a deployment runs old and new tasks side by side. Each answer is a finding of its own until folding.
#pragma once

#include "controller/judge/gauges/gauge_view.hpp"

#include <optional>
#include <string>

namespace plumb::judge {

struct GaugeAnswer {
    std::optional<Finding> finding;
    std::optional<Comparison> comparison;  // none: the question does not arise
    std::string unknown;                   // why it could not be answered although it should be
};

// REQUIRES: the candidate shows the gauge.
GaugeAnswer judge_headroom(const View& view, const GaugeView& gauge);
GaugeAnswer judge_forecast(const View& view, const GaugeView& gauge);
GaugeAnswer judge_projection(const View& view, const GaugeView& gauge);
// Of the gauge task.warmup alone, and the only question that is asked of it.
GaugeAnswer judge_warmup(const View& view, const GaugeView& gauge);

}  // namespace plumb::judge
