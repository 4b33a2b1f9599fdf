// What was read of the image and of the kernel → facts. Pure.
#pragma once

#include "model/outcome.hpp"
#include "probes/task/image/evidence.hpp"

#include <ctime>

namespace plumb::task::image {

// `now` tells which authorities have expired.
void describe_image(const ImageEvidence& image, std::time_t now, Outcome& outcome);

void describe_kernel(const KernelEvidence& kernel, Outcome& outcome);

}  // namespace plumb::task::image
