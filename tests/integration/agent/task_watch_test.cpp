// The sidecar's looks, in a process whose first one is not possible.
#include "agent/run/task_watch.hpp"

#include "probes/net/resolver.hpp"
#include "probes/task/facts.hpp"
#include "tests/support/thread_limit.hpp"

#include <string_view>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;

// Whether a window tells such a fact; runs for 20 s at most.
bool told(boost::asio::io_context& io, Windows& windows, std::string_view name) {
    const auto end = Windows::Clock::now() + 20s;
    while (Windows::Clock::now() < end) {
        io.run_one_for(1s);
        const auto window = windows.close(Windows::Clock::now());
        for (const auto& dependency : window.dependencies) {
            for (const auto& fact : dependency.facts) {
                if (fact.name == name) return true;
            }
        }
    }
    return false;
}

[[noreturn]] void watch_without_a_thread_at_first() {
    boost::asio::io_context io;
    const auto resolver = net::Resolver::make(io.get_executor(), {"127.0.0.1:53"});
    Services services{io.get_executor(), **resolver};
    task::TaskSettings settings;
    settings.variable = [](std::string_view) { return std::optional<std::string>(); };
    settings.own_variables = [] { return std::vector<task::Variable>(); };
    task::TaskProbe probe(services, std::move(settings));
    Windows windows("agent-1", {}, 1h, {}, Windows::Clock::now(), std::chrono::system_clock::now());
    TaskWatch watch(io, probe, windows);
    TaskConfig config;
    config.interval = 10ms;
    config.inspect_interval = 24h;
    if (!plumb::test::threads_run_out()) ::_exit(2);
    watch.start(config, 1h);
    if (!told(io, windows, task::kLook.name)) ::_exit(3);
    if (!plumb::test::threads_come_back()) ::_exit(4);
    ::_exit(told(io, windows, task::kImageFrom.name) ? 0 : 5);
}

TEST(TaskWatch, a_thorough_look_that_was_not_whole_does_not_wait_for_its_interval) {
    EXPECT_EXIT(watch_without_a_thread_at_first(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace plumb::agent
