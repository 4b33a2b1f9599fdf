// A window in CloudWatch's embedded metric format: lines of JSON for each dependency, from which the log
// driver of the task (awslogs) makes metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//
// Namespace Plumbline; dimensions environment, service and dependency, those that the window has. CloudWatch
// takes at most 100 metrics a line, ASCII only, and bills each name: more metrics are further lines, other
// bytes are written as %C3%A9, and of gauges whose names hold a number, as of listening ports, the one
// nearest to its limit goes, without the number. Pure.
#pragma once

#include "model/window.hpp"
#include "probes/probe.hpp"

#include <span>
#include <string>

namespace plumb::agent {

// Lines that end with a newline each; dependencies without a run or gauge have none. The units of gauges are
// those of the catalogs of `kinds`; what no catalog knows has none.
std::string embedded_metrics(const Window& window, std::span<const Kind> kinds);
// With the units of all kinds.
std::string embedded_metrics(const Window& window);

}  // namespace plumb::agent
