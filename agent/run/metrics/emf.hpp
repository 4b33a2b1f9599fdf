// A window in CloudWatch's embedded metric format: a line of JSON for each dependency, from which the log
// driver of the task (awslogs) makes metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
//
// Namespace Plumbline; dimensions environment, service and dependency, those that the window has; at most 100
// metrics a line, as CloudWatch takes. Pure.
#pragma once

#include "model/window.hpp"

#include <string>

namespace plumb::agent {

// Lines that end with a newline each; dependencies without a run or gauge have none.
std::string embedded_metrics(const Window& window);

}  // namespace plumb::agent
