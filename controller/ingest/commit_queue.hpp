// The one thread that writes to the store. Streams hand it what agents said; it commits whatever waits in one
// transaction (group commit, so one fsync serves many windows) and only then tells each stream. What one
// stream hands over is stored in that order.
//
// Thread rule: any thread may push(). A Submitter is called from the queue's thread, without any lock held.
#pragma once

#include "controller/metrics/metrics.hpp"
#include "controller/store/store.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace plumb::ingest {

// Who an agent said it is.
struct Identity {
    std::string agent;
    std::string version;
    Labels labels;
    std::set<std::string> logs_in;  // the dependencies, by name
};

struct Submission;

class Submitter {
  public:
    virtual ~Submitter() = default;
    virtual void committed(
        const Submission& submission) = 0;  // safe, now or from before; its window was moved from
    virtual void lost() = 0;                // the store refused: nothing of this batch is safe
    virtual void batch_over() = 0;          // once for each batch in which the stream had a part
};

struct Submission {
    enum class Kind { hello, window, goodbye };
    Kind kind = Kind::window;
    std::shared_ptr<Submitter> from;
    std::shared_ptr<const Identity> who;
    store::StoredWindow window;  // of Kind::window
    std::uint64_t sequence = 0;  // of the window, kept when the window is handed on
    std::size_t bytes = 0;       // of memory, about; what the queue's budget counts
};

class CommitQueue {
  public:
    CommitQueue(store::Store& store, metrics::Metrics& metrics);
    CommitQueue(const CommitQueue&) = delete;
    CommitQueue& operator=(const CommitQueue&) = delete;
    ~CommitQueue();  // as stop()

    void push(Submission submission);
    // True while more waits than should: a stream that has something waiting then stops reading until it is
    // told of the commit.
    bool crowded() const;
    // True while much more waits, one window of each of very many streams: then nobody reads.
    bool full() const;
    // Commits what waits, tells the streams, ends the thread. Once the store fails, the rest is lost()
    // untried: a store that is held by another process would cost its whole patience for every batch. What is
    // pushed later is dropped; the stream ends with the server.
    void stop();

  private:
    using Batch = std::vector<Submission>;
    void work();
    bool take(Batch& batch);
    bool try_commit(Batch& batch);
    void commit(Batch& batch);
    void commit_windows(Batch& batch, std::size_t begin, std::size_t end);
    void tell_all(const Batch& batch, bool stored);

    store::Store& store_;
    metrics::Metrics& metrics_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Submission> waiting_;
    std::size_t bytes_ = 0;
    bool stopping_ = false;
    bool failed_ = false;  // the latest batch
    std::thread thread_;
};

}  // namespace plumb::ingest
