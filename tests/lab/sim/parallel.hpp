// The same work for many numbers, on several threads. Each number's work is independent and leaves its result
// at its own place, so the outcome does not depend on how many threads there are.
#pragma once

#include <cstddef>
#include <functional>

namespace plumb::lab {

// Calls work(i) for 0 ≤ i < count, and told(done) after each from whichever thread did it, one at a time. The
// first exception stops the rest and is thrown again.
void in_parallel(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& work,
                 const std::function<void(std::size_t)>& told);

}  // namespace plumb::lab
