#include "controller/judge/evidence/side_by_side.hpp"

#include "base/parallel.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace plumb::judge {
namespace {

constexpr std::size_t kMostThreads = 4;
constexpr std::size_t kWorthAThread =
    4'000;  // tasks' evidence of a dependency: takes longer than to start one

std::size_t threads_for(const View& view) {
    std::size_t size = 0;
    for (const DependencyView& each : view.dependencies)
        size += each.baseline.size() + each.candidate.size();
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return std::min({kMostThreads, processors, size / kWorthAThread + 1});
}

}  // namespace

void side_by_side(const View& view, const std::function<void(std::size_t)>& work) {
    in_parallel(view.dependencies.size(), threads_for(view), work);
}

void judge_each(const View& view, Judgement& judgement,
                const std::function<void(const DependencyView&, Judgement&)>& rule) {
    std::vector<Judgement> parts(view.dependencies.size());
    side_by_side(view, [&](std::size_t i) { rule(view.dependencies[i], parts[i]); });
    for (Judgement& part : parts)
        append(std::move(part), judgement);
}

}  // namespace plumb::judge
