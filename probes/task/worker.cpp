#include "probes/task/worker.hpp"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace plumb::task {

namespace asio = boost::asio;

namespace {

// One job under way. The thread sets `done` on the loop's own thread, by a post.
struct Ticket {
    explicit Ticket(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool done = false;
};

// Signals are for the loop.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Worker::Shared {
    std::mutex mutex;
    std::condition_variable wake;
    std::function<void()> job;
    bool stop = false;
    std::atomic<bool> busy{false};
    std::thread thread;

    void loop() {
        block_signals();
        for (;;) {
            std::function<void()> next;
            {
                std::unique_lock lock(mutex);
                wake.wait(lock, [this] { return stop || job; });
                if (stop) return;
                next = std::exchange(job, nullptr);
            }
            next();
        }
    }
};

Worker::Worker(asio::any_io_executor executor)
    : executor_(std::move(executor)), shared_(std::make_shared<Shared>()) {}

Worker::~Worker() {
    if (!shared_->thread.joinable()) return;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stop = true;
    }
    shared_->wake.notify_one();
    // Whoever hangs in the kernel cannot be waited for.
    if (shared_->busy) {
        shared_->thread.detach();
    } else {
        shared_->thread.join();
    }
}

bool Worker::busy() const {
    return shared_->busy;
}

bool Worker::have_thread() {
    if (shared_->thread.joinable()) return true;
    try {
        shared_->thread = std::thread([shared = shared_] { shared->loop(); });
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

asio::awaitable<JobEnd> Worker::run(std::function<void()> job, Clock::time_point deadline) {
    if (shared_->busy) co_return JobEnd::late;
    if (!have_thread()) co_return JobEnd::no_thread;
    shared_->busy = true;
    auto ticket = std::make_shared<Ticket>(executor_);
    ticket->timer.expires_at(deadline);
    auto work = [job = std::move(job), ticket, executor = executor_, shared = shared_] {
        job();
        shared->busy = false;
        asio::post(executor, [ticket] {
            ticket->done = true;
            ticket->timer.cancel();
        });
    };
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->job = std::move(work);
    }
    shared_->wake.notify_one();
    co_await ticket->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return ticket->done ? JobEnd::done : JobEnd::late;
}

}  // namespace plumb::task
