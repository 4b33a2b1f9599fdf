// What the whole probe of a task makes of its dependencies' runs while it watches the app's warm-up.
#include "probes/task/task_probe.hpp"

#include "tests/integration/task_warmup/watched_app.hpp"
#include "tests/support/coroutine.hpp"

#include <filesystem>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using test::check_of;
using test::fact_in;

class WatchedTask : public testing::Test {
  protected:
    // The look after this run of a dependency, which ended when the app had become healthy.
    task::Look look_after(const Outcome& run) {
        asio::cancellation_signal cancel;
        bool ended = false;
        auto handler = [&ended](const std::exception_ptr&) { ended = true; };
        asio::co_spawn(io_, probe_.watch_warmup(), asio::bind_cancellation_slot(cancel.slot(), handler));
        auto look = test::run_coroutine_test(io_, until_healthy_and_then(run));
        cancel.emit(asio::cancellation_type::terminal);
        io_.restart();
        io_.run_for(20s);
        EXPECT_TRUE(ended);
        return look;
    }

  private:
    asio::awaitable<task::Look> until_healthy_and_then(const Outcome& run) {
        asio::steady_timer timer(io_);
        auto look = co_await probe_.look(Depth::login, Clock::now() + 10s);
        while (!fact_in(look, "task.readiness").starts_with("ready after ")) {
            timer.expires_after(10ms);
            co_await timer.async_wait(asio::use_awaitable);
            look = co_await probe_.look(Depth::login, Clock::now() + 10s);
        }
        EXPECT_EQ(check_of(look, "readiness"), "absent") << "no dependency was seen yet";
        probe_.seen(run, 5432);
        co_return co_await probe_.look(Depth::login, Clock::now() + 10s);
    }

    // A /proc in which the task's first process is as old as this one: the agent came with it.
    task::Places beginning_together() const {
        for (const std::string process : {"self", "1"}) {
            std::filesystem::create_directory(proc_.path() / process);
            proc_.write(process + "/stat", test::read_whole("/proc/self/stat"));
        }
        task::Places places;
        places.proc = proc_.path().string();
        return places;
    }
    task::TaskSettings settings() const {
        task::TaskSettings settings;
        settings.places = beginning_together();
        settings.variable = [](std::string_view) { return std::optional<std::string>(); };
        settings.own_variables = [] { return std::vector<task::Variable>(); };
        settings.warmup = test::quick_settings(app_.port(), 1h);
        return settings;
    }

    test::TempDir proc_;
    test::RecordingServer app_{test::ready_at_the_third()};
    asio::io_context io_{1};
    std::unique_ptr<net::Resolver> resolver_ = net::Resolver::make(io_.get_executor(), {}).value();
    Services services_{io_.get_executor(), *resolver_};
    task::TaskProbe probe_{services_, settings()};
};

Outcome run_of_database() {
    Outcome run;
    run.dependency = "database";
    run.kind = "postgres";
    return run;
}

TEST_F(WatchedTask, an_app_was_ready_early_when_a_dependency_fails_after_it) {
    auto run = run_of_database();
    run.failure = Failure{"connect", Cause::tcp_refused, ""};
    const auto look = look_after(run);
    const auto words = check_of(look, "readiness");
    EXPECT_THAT(words, testing::StartsWith("/health was healthy within "));
    EXPECT_THAT(words, testing::EndsWith(" s, before database could be reached"));
    EXPECT_EQ(fact_in(look, "task.ready_early"), words);
}

TEST_F(WatchedTask, an_app_was_not_ready_early_when_its_dependency_answers) {
    const auto look = look_after(run_of_database());
    EXPECT_EQ(check_of(look, "readiness"), "passes");
    EXPECT_EQ(fact_in(look, "task.ready_early"), "absent");
}

}  // namespace
}  // namespace plumb
