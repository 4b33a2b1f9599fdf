// The judge's clock is the windows': wall time, since cohorts come from many machines and from storage.
#pragma once

#include <chrono>

namespace plumb::judge {

using Time = std::chrono::system_clock::time_point;

}  // namespace plumb::judge
