// The same work for many numbers, on several threads. Each number's work is independent and leaves its result
// at its own place, so the outcome does not depend on how many threads there are.
#pragma once

#include <cstddef>
#include <functional>

namespace plumb {

// Calls work(i) for 0 ≤ i < count, and told(done), where given, after each from whichever thread did it, one
// at a time. The first exception stops the rest and is thrown again. `threads`: the caller's among them; one
// starts none.
void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work,
                 const std::function<void(std::size_t)>& told = {});

}  // namespace plumb
