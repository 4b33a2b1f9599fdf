#include "controller/ingest/commit_queue.hpp"

#include "tests/support/broken_store.hpp"
#include "tests/support/windows.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace plumb::ingest {
namespace {

class Counting final : public Submitter {
  public:
    std::atomic<std::size_t> safe{0};
    std::atomic<std::size_t> not_safe{0};
    void committed(const Submission&) override { ++safe; }
    void lost() override {
        ++not_safe;
        // As a store does that another process holds: each attempt costs its patience.
        if (not_safe == 1) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    void batch_over() override {}
};

Submission window_from(const std::shared_ptr<Counting>& stream, std::uint64_t sequence) {
    Submission submission;
    submission.from = stream;
    submission.who = std::make_shared<Identity>();
    submission.window.window.sequence = sequence;
    submission.sequence = sequence;
    submission.bytes = 1;
    return submission;
}

TEST(CommitQueue, once_the_store_fails_a_stop_tries_no_other_batch) {
    constexpr std::size_t kMany = 20'000;
    test::BrokenStore store;
    metrics::Metrics metrics;
    const auto stream = std::make_shared<Counting>();
    CommitQueue queue(store, metrics);
    for (std::uint64_t i = 1; i <= kMany; ++i)
        queue.push(window_from(stream, i));
    // How many batches there were while they came depends on the machine.
    const std::uint64_t before = metrics.store_errors;
    queue.stop();
    EXPECT_EQ(stream->safe, 0u);
    EXPECT_EQ(stream->not_safe, kMany) << "every stream is told";
    EXPECT_LT(metrics.store_errors - before, 5u);
}

TEST(CommitQueue, a_stop_commits_what_waits) {
    constexpr std::size_t kMany = 5'000;
    test::BrokenStore store;
    store.broken = false;
    metrics::Metrics metrics;
    const auto stream = std::make_shared<Counting>();
    CommitQueue queue(store, metrics);
    for (std::uint64_t i = 1; i <= kMany; ++i)
        queue.push(window_from(stream, i));
    queue.stop();
    EXPECT_EQ(stream->safe, kMany);
    EXPECT_EQ(store.appended, kMany);
}

}  // namespace
}  // namespace plumb::ingest
