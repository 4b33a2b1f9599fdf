#include "controller/api/workers.hpp"

#include <utility>

namespace plumb::api {

Workers::Workers(std::size_t threads, std::size_t limit) : limit_(limit) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
    stop();
}

bool Workers::post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= limit_) return false;
    waiting_.push_back(std::move(work));
    wake_.notify_one();
    return true;
}

void Workers::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void Workers::run() {
    for (;;) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto work = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        work();
    }
}

}  // namespace plumb::api
