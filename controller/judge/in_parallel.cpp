#include "controller/judge/in_parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace plumb::judge {
namespace {

constexpr std::size_t kMostThreads = 4;
constexpr std::size_t kWorthAThread = 4'000;  // takes longer than to start one, by far

class Shared {
  public:
    Shared(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

    void take_part() noexcept {
        for (std::size_t i = next_++; i < count_; i = next_++) {
            try {
                work_(i);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failed_) failed_ = std::current_exception();
            }
        }
    }
    void rethrow() const {
        if (failed_) std::rethrow_exception(failed_);
    }

  private:
    std::size_t count_;
    const std::function<void(std::size_t)>& work_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr failed_;
};

}  // namespace

void in_parallel(std::size_t count, std::size_t size, const std::function<void(std::size_t)>& work) {
    const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t threads = std::min({kMostThreads, processors, count, size / kWorthAThread + 1});
    Shared shared(count, work);
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i)
            others.emplace_back([&] { shared.take_part(); });
        shared.take_part();
    }
    shared.rethrow();
}

void judge_each(const View& view, Judgement& judgement,
                const std::function<void(const DependencyView&, Judgement&)>& rule) {
    std::vector<Judgement> parts(view.dependencies.size());
    in_parallel(parts.size(), size_of(view), [&](std::size_t i) { rule(view.dependencies[i], parts[i]); });
    for (Judgement& part : parts)
        append(std::move(part), judgement);
}

std::size_t size_of(const View& view) {
    std::size_t size = 0;
    for (const DependencyView& each : view.dependencies)
        size += each.baseline.size() + each.candidate.size();
    return size;
}

}  // namespace plumb::judge
