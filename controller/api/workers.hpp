// A few threads for work that may take a while (a comparison reads the store), so that gRPC's own threads
// never wait. Bounded: work beyond the limit is refused at once, which a caller can retry, rather than queued
// without end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace plumb::api {

class Workers {
  public:
    Workers(std::size_t threads, std::size_t limit);
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers();  // as stop()

    [[nodiscard]] bool post(std::function<void()> work);  // false: too much waits, or stopped
    void stop();                                          // does what waits, then ends

  private:
    void run();

    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace plumb::api
