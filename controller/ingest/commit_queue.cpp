#include "controller/ingest/commit_queue.hpp"

#include <chrono>
#include <cstdio>
#include <set>
#include <utility>

namespace plumb::ingest {
namespace {

constexpr std::size_t kBudgetBytes = 64u << 20;  // waiting in all; beyond it streams pause
constexpr std::size_t kFullBytes = 4 * kBudgetBytes;
constexpr std::size_t kBatchWindows =
    1024;  // a transaction longer than this delays the first acknowledgement

store::Time now() {
    return std::chrono::system_clock::now();
}

}  // namespace

CommitQueue::CommitQueue(store::Store& store, metrics::Metrics& metrics)
    : store_(store), metrics_(metrics), thread_([this] { work(); }) {}

CommitQueue::~CommitQueue() {
    stop();
}

void CommitQueue::push(Submission submission) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_) {
            bytes_ += submission.bytes;
            waiting_.push_back(std::move(submission));
            wake_.notify_one();
        }
    }
}

bool CommitQueue::crowded() const {
    const std::lock_guard lock(mutex_);
    return bytes_ > kBudgetBytes;
}

bool CommitQueue::full() const {
    const std::lock_guard lock(mutex_);
    return bytes_ > kFullBytes;
}

void CommitQueue::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

bool CommitQueue::take(Batch& batch) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    while (!waiting_.empty() && batch.size() < kBatchWindows) {
        bytes_ -= waiting_.front().bytes;
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return !batch.empty();
}

void CommitQueue::work() {
    Batch batch;
    while (take(batch)) {
        failed_ = !try_commit(batch);
        tell_all(batch, !failed_);
        batch.clear();
    }
}

bool CommitQueue::try_commit(Batch& batch) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ && failed_) return false;
    }
    try {
        commit(batch);
        return true;
    } catch (const store::StoreError& error) {
        ++metrics_.store_errors;
        std::fprintf(stderr, "plumb-controller: %s\n", error.what());
        return false;
    }
}

// Windows between two hellos or goodbyes share a transaction. When a later part fails the whole batch counts
// as lost: what was stored before is sent again and dropped as a repeat.
void CommitQueue::commit(Batch& batch) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& submission = batch[i];
        if (submission.kind == Submission::Kind::window) continue;
        commit_windows(batch, begin, i);
        begin = i + 1;
        const Identity& who = *submission.who;
        if (submission.kind == Submission::Kind::hello) {
            store_.hello(who.agent, who.version, who.labels, now());
            ++metrics_.hellos;
        } else {
            store_.goodbye(who.agent, who.labels, now());
            ++metrics_.goodbyes;
        }
    }
    commit_windows(batch, begin, batch.size());
}

void CommitQueue::commit_windows(Batch& batch, std::size_t begin, std::size_t end) {
    if (begin == end) return;
    std::vector<store::StoredWindow> windows;
    windows.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i)
        windows.push_back(std::move(batch[i].window));
    const auto started = std::chrono::steady_clock::now();
    const std::size_t fresh = store_.append(windows);
    const auto took = std::chrono::steady_clock::now() - started;
    ++metrics_.commits;
    metrics_.commit_ns += static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count());
    metrics_.windows_acknowledged += windows.size();
    metrics_.windows_repeated += windows.size() - fresh;
}

void CommitQueue::tell_all(const Batch& batch, bool stored) {
    std::set<Submitter*> told;
    for (const auto& submission : batch) {
        told.insert(submission.from.get());
        if (stored) {
            submission.from->committed(submission);
        } else {
            submission.from->lost();
        }
    }
    for (auto* submitter : told)
        submitter->batch_over();
}

}  // namespace plumb::ingest
