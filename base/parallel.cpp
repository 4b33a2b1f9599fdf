#include "base/parallel.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace plumb {

void in_parallel(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work,
                 const std::function<void(std::size_t)>& told) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t done = 0;
    std::exception_ptr failure;
    const auto labour = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                work(i);
                if (!told) continue;
                const std::scoped_lock lock(mutex);
                told(++done);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (!failure) failure = std::current_exception();
                next = count;
            }
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i)
            others.emplace_back(labour);
        labour();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace plumb
