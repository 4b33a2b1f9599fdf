// Dependencies are judged apart from each other, so large comparisons share them among threads; small ones,
// the usual case, start none. What comes out does not depend on it: each dependency's part is made by itself,
// and the parts are put together in order.
#pragma once

#include "controller/judge/evidence/view.hpp"
#include "controller/judge/finding/judgement.hpp"

#include <cstddef>
#include <functional>

namespace plumb::judge {

// Calls work(i) for the dependency at each place of the view, at the same time for several.
void side_by_side(const View& view, const std::function<void(std::size_t)>& work);

// A rule that looks at one dependency at a time.
void judge_each(const View& view, Judgement& judgement,
                const std::function<void(const DependencyView&, Judgement&)>& rule);

}  // namespace plumb::judge
