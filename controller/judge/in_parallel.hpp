// Work on the dependencies of one comparison. They are judged apart from each other, so large comparisons
// share them among threads; small ones, the usual case, start none. What comes out does not depend on it:
// each piece of work writes to a place of its own, and whoever asked puts them together in order.
#pragma once

#include "controller/judge/judgement.hpp"
#include "controller/judge/view.hpp"

#include <cstddef>
#include <functional>

namespace plumb::judge {

// Calls work(i) once for each i below `count`, at the same time for different i. `size`: of all of it, in
// tasks' evidence of a dependency. Returns when all is done; what a piece throws is thrown here.
void in_parallel(std::size_t count, std::size_t size, const std::function<void(std::size_t)>& work);

// A rule that looks at one dependency at a time.
void judge_each(const View& view, Judgement& judgement,
                const std::function<void(const DependencyView&, Judgement&)>& rule);

std::size_t size_of(const View& view);  // for in_parallel

}  // namespace plumb::judge
