// The thread for what blocks, and what becomes of a look where there can be none.
#include "probes/task/worker.hpp"

#include "probes/net/resolver.hpp"
#include "probes/task/facts.hpp"
#include "probes/task/task_probe.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/thread_limit.hpp"

#include <atomic>
#include <cstdio>
#include <memory>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using testing::ExitedWithCode;

// What a job has to say to the test.
struct Gate {
    std::atomic<bool> open{false};
};

TEST(Worker, a_job_that_hangs_is_given_up_at_the_deadline_and_no_other_is_taken) {
    boost::asio::io_context io;
    Worker worker(io.get_executor());
    Gate gate;
    JobEnd first = JobEnd::done;
    JobEnd second = JobEnd::done;
    auto steps = [&]() -> boost::asio::awaitable<void> {
        std::function<void()> hang = [&gate] { gate.open.wait(false); };
        first = co_await worker.run(std::move(hang), Clock::now() + 20ms);
        std::function<void()> other = [] {};
        second = co_await worker.run(std::move(other), Clock::now() + 20ms);
    };
    plumb::test::run_coroutine_test(io, steps());
    EXPECT_EQ(first, JobEnd::late);
    EXPECT_EQ(second, JobEnd::late);
    EXPECT_TRUE(worker.busy());
    gate.open = true;
    gate.open.notify_all();
    while (worker.busy())
        ::usleep(100);
}

TEST(Worker, jobs_run_one_after_the_other_off_the_loop) {
    boost::asio::io_context io;
    Worker worker(io.get_executor());
    const auto loop = ::gettid();
    pid_t where = 0;
    int done = 0;
    auto steps = [&]() -> boost::asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            std::function<void()> job = [&where] { where = ::gettid(); };
            if (co_await worker.run(std::move(job), Clock::now() + 5s) == JobEnd::done) ++done;
        }
    };
    plumb::test::run_coroutine_test(io, steps());
    EXPECT_EQ(done, 3);
    EXPECT_NE(where, 0);
    EXPECT_NE(where, loop);
}

[[noreturn]] void work_without_a_thread_and_with_one() {
    boost::asio::io_context io;
    Worker worker(io.get_executor());
    const auto held = std::make_shared<int>(0);
    const auto run = [&]() -> boost::asio::awaitable<JobEnd> {
        std::function<void()> job = [held] { ++*held; };
        co_return co_await worker.run(std::move(job), Clock::now() + 5s);
    };
    if (!plumb::test::threads_run_out()) ::_exit(2);
    const auto without = plumb::test::run_coroutine_test(io, run());
    const bool idle = !worker.busy() && held.use_count() == 1;
    if (!plumb::test::threads_come_back()) ::_exit(3);
    const auto with = plumb::test::run_coroutine_test(io, run());
    ::_exit(without == JobEnd::no_thread && idle && with == JobEnd::done && *held == 1 ? 0 : 1);
}

TEST(Worker, without_a_thread_no_job_is_taken_and_later_ones_are) {
    EXPECT_EXIT(work_without_a_thread_and_with_one(), ExitedWithCode(0), "");
}

// What it tells stands on stderr.
[[noreturn]] void look_without_a_thread() {
    boost::asio::io_context io;
    const auto resolver = net::Resolver::make(io.get_executor(), {"127.0.0.1:53"});
    Services services{io.get_executor(), **resolver};
    TaskSettings settings;
    settings.variable = [](std::string_view) { return std::optional<std::string>(); };
    settings.own_variables = [] { return std::vector<Variable>(); };
    TaskProbe probe(services, std::move(settings));
    if (!plumb::test::threads_run_out()) ::_exit(2);
    const auto look = plumb::test::run_coroutine_test(io, probe.look(Depth::inspect, Clock::now() + 5s));
    if (const auto* told = look.evidence.find_fact(kLook.name))
        std::fprintf(stderr, "the look was %s\n", told->value.c_str());
    ::_exit(look.whole || probe.busy() ? 1 : 0);
}

TEST(TaskProbe, a_look_without_a_thread_says_so_and_is_not_whole) {
    EXPECT_EXIT(look_without_a_thread(), ExitedWithCode(0),
                testing::HasSubstr("the look was " + std::string(kLookWithoutThread)));
}

}  // namespace
}  // namespace plumb::task
