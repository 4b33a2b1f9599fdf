// The reporter against a real gRPC server that is slow, refuses, dies and comes back.
#include "agent/report/reporter.hpp"
#include "tests/integration/agent/fake_controller.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/sockets.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using test::Committed;
using test::FakeController;
using testing::ElementsAre;
using testing::IsEmpty;

class Report : public testing::Test {
  protected:
    ReportOptions options(int port) {
        ReportOptions out;
        out.controller = "127.0.0.1:" + std::to_string(port);
        out.agent = "agent-1";
        out.version = "0.1.0";
        out.labels = {{"environment", "staging"}, {"service", "checkout"}};
        out.first_delay = 5ms;
        out.most_delay = 50ms;
        return out;
    }

    void start(ReportOptions chosen) {
        ReportEvents events;
        events.pace = [this](std::string_view dependency, std::chrono::nanoseconds apart) {
            paces_.emplace_back(dependency, apart);
        };
        events.clock = [this](std::chrono::nanoseconds ahead, std::chrono::nanoseconds bound) {
            clocks_.emplace_back(ahead, bound);
        };
        events.log = [this](std::string_view kind, std::string_view text) {
            logged_.push_back(std::string(kind) + ": " + std::string(text));
        };
        reporter_ = std::make_unique<Reporter>(io_.get_executor(), std::move(chosen), std::move(events));
    }

    void offer(std::uint64_t sequence) {
        Window window;
        window.agent = "agent-1";
        window.sequence = sequence;
        window.length = 1s;
        WindowDependency dependency;
        dependency.dependency = "cache";
        dependency.kind = "redis";
        dependency.runs = sequence;
        window.dependencies.push_back(dependency);
        reporter_->offer(window, Reporter::Clock::now());
    }

    // Turns the loop until `ready`; false when it does not come true in 20 s.
    template <class Ready>
    bool turn_until(Ready ready) {
        const auto end = Reporter::Clock::now() + 20s;
        while (!ready()) {
            if (Reporter::Clock::now() > end) return false;
            io_.restart();
            io_.run_one_for(20ms);
        }
        return true;
    }

    bool all_acknowledged() {
        return turn_until([this] { return reporter_->unacknowledged() == 0; });
    }

    bool logged(const std::string& part) const {
        return std::any_of(logged_.begin(), logged_.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }

    bool drain(std::chrono::milliseconds limit) {
        return plumb::test::run_coroutine_test(io_, reporter_->drain(Reporter::Clock::now() + limit));
    }

    boost::asio::io_context io_;
    std::vector<std::pair<std::string, std::chrono::nanoseconds>> paces_;
    std::vector<std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>> clocks_;
    std::vector<std::string> logged_;
    std::unique_ptr<Reporter> reporter_;
};

TEST_F(Report, hello_comes_first_then_the_windows_in_order) {
    Committed store;
    FakeController controller(store, {});
    start(options(controller.port()));
    for (std::uint64_t i = 1; i <= 3; ++i)
        offer(i);
    ASSERT_TRUE(all_acknowledged());
    const auto seen = controller.seen();
    EXPECT_THAT(seen.order, ElementsAre("hello", "window 1", "window 2", "window 3"));
    ASSERT_EQ(seen.hellos.size(), 1U);
    EXPECT_EQ(seen.hellos[0].agent(), "agent-1");
    EXPECT_EQ(seen.hellos[0].version(), "0.1.0");
    EXPECT_EQ(seen.hellos[0].labels().at("service"), "checkout");
    EXPECT_EQ(seen.windows[2].dependencies(0).dependency(), "cache");
    EXPECT_EQ(seen.windows[2].dependencies(0).runs(), 3U);
    EXPECT_THAT(seen.authorization, IsEmpty());
}

TEST_F(Report, a_window_waits_for_a_late_acknowledgement) {
    Committed store;
    FakeController controller(store, {.acknowledge = false});
    start(options(controller.port()));
    offer(1);
    offer(2);
    ASSERT_TRUE(turn_until([&] { return !controller.seen().windows.empty(); }));
    EXPECT_EQ(reporter_->unacknowledged(), 2U);
    controller.answer();
    ASSERT_TRUE(all_acknowledged());
    EXPECT_EQ(store.repeats, 0);
}

TEST_F(Report, nothing_acknowledged_is_lost_or_sent_twice_when_the_controller_dies_and_comes_back) {
    Committed store;
    int port = 0;
    {
        FakeController first(store, {});
        port = first.port();
        start(options(port));
        offer(1);
        offer(2);
        ASSERT_TRUE(all_acknowledged());
    }
    for (std::uint64_t i = 3; i <= 6; ++i)
        offer(i);
    ASSERT_TRUE(turn_until([&] { return logged("no stream to the controller"); }));
    EXPECT_EQ(reporter_->unacknowledged(), 4U);
    FakeController second(store, {}, port);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_EQ(store.windows.size(), 6U);
    EXPECT_EQ(store.repeats, 0);
    EXPECT_THAT(second.seen().order, ElementsAre("hello", "window 3", "window 4", "window 5", "window 6"));
}

TEST_F(Report, a_window_committed_just_before_the_crash_is_sent_again_and_counted_once) {
    Committed store;
    auto first = std::make_unique<FakeController>(store, FakeController::Behaviour{.acknowledge = false});
    const int port = first->port();
    start(options(port));
    for (std::uint64_t i = 1; i <= 3; ++i)
        offer(i);
    ASSERT_TRUE(turn_until([&] { return !first->seen().windows.empty(); }));
    first->kill();
    first.reset();
    FakeController second(store, {}, port);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_EQ(store.windows.size(), 3U);
    EXPECT_EQ(store.repeats, 1);  // window 1: committed by the first, acknowledged by the second
}

TEST_F(Report, many_crashes_lose_nothing) {
    Committed store;
    std::uint64_t sequence = 0;
    int port = plumb::test::free_port();
    start(options(port));
    for (int round = 0; round < 5; ++round) {
        FakeController controller(store, {.acknowledge = round % 2 == 0}, port);
        for (int i = 0; i < 4; ++i)
            offer(++sequence);
        ASSERT_TRUE(turn_until([&] { return !controller.seen().windows.empty(); }));
    }
    FakeController last(store, {}, port);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_EQ(store.windows.size(), sequence);
    EXPECT_EQ(reporter_->dropped(), 0U);
}

TEST_F(Report, the_age_of_a_window_grows_until_it_is_sent_again) {
    Committed store;
    auto first = std::make_unique<FakeController>(store, FakeController::Behaviour{.acknowledge = false});
    const int port = first->port();
    start(options(port));
    offer(1);
    ASSERT_TRUE(turn_until([&] { return !first->seen().windows.empty(); }));
    const auto young = first->seen().windows.at(0).age_ms();
    const auto sent = Reporter::Clock::now();
    first.reset();
    ASSERT_TRUE(turn_until([&] { return Reporter::Clock::now() - sent > 60ms; }));
    FakeController second(store, {}, port);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_GE(second.seen().windows.at(0).age_ms(), young + 59);
}

TEST_F(Report, a_refused_window_is_dropped_and_logged) {
    Committed store;
    FakeController controller(store, {.refuse = {{1, "too many dependencies\x1b[31m"}}});
    start(options(controller.port()));
    offer(1);
    offer(2);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_EQ(store.windows.size(), 1U);
    ASSERT_TRUE(logged("the controller refused window 1 for good: too many dependencies"));
    for (const auto& line : logged_)
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

TEST_F(Report, a_pace_names_its_dependency_and_one_that_is_no_time_is_ignored) {
    Committed store;
    FakeController slow(store, {.seconds_apart = 3.5});
    start(options(slow.port()));
    offer(1);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_THAT(paces_, ElementsAre(std::pair("cache", 3500ms)));
    std::uint64_t sequence = 1;
    for (const double apart :
         {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        FakeController broken(store, {.seconds_apart = apart});
        paces_.clear();
        start(options(broken.port()));
        offer(++sequence);
        ASSERT_TRUE(all_acknowledged());
        EXPECT_THAT(paces_, IsEmpty()) << apart;
    }
}

TEST_F(Report, a_clock_that_is_off_is_measured_within_the_bound_of_the_way) {
    Committed store;
    FakeController late(store, {.clock_behind = 90s});
    start(options(late.port()));
    offer(1);
    ASSERT_TRUE(all_acknowledged());
    ASSERT_EQ(clocks_.size(), 1U);
    const auto [ahead, bound] = clocks_[0];
    EXPECT_GE(bound, 0ns);
    EXPECT_LE(std::chrono::abs(ahead - 90s), bound + 1ms);  // the two clocks are read one after the other
    FakeController older(store, {});
    clocks_.clear();
    start(options(older.port()));
    offer(2);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_THAT(clocks_, IsEmpty());
}

TEST_F(Report, the_hello_names_what_is_logged_in_to) {
    Committed store;
    FakeController controller(store, {});
    auto chosen = options(controller.port());
    chosen.logs_in = {"cache", "database"};
    start(std::move(chosen));
    ASSERT_TRUE(turn_until([&] { return !controller.seen().hellos.empty(); }));
    EXPECT_THAT(controller.seen().hellos[0].logs_in(), ElementsAre("cache", "database"));
}

TEST_F(Report, a_pace_is_forgotten_when_the_controller_stays_away) {
    Committed store;
    FakeController controller(store, {.seconds_apart = 30});
    auto chosen = options(controller.port());
    chosen.logs_in = {"cache"};
    chosen.pace_kept = 10ms;
    start(std::move(chosen));
    offer(1);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_THAT(paces_, ElementsAre(std::pair("cache", 30s)));
    controller.kill();
    ASSERT_TRUE(turn_until([this] { return paces_.size() > 1; }));
    EXPECT_THAT(paces_, ElementsAre(std::pair("cache", 30s), std::pair("cache", 0s)));
}

TEST_F(Report, a_controller_that_takes_windows_and_answers_none_is_left_for_a_new_stream) {
    Committed store;
    FakeController controller(store, {.acknowledge = false});
    auto chosen = options(controller.port());
    chosen.answer_timeout = 50ms;
    start(std::move(chosen));
    offer(1);
    ASSERT_TRUE(turn_until([&] { return controller.seen().hellos.size() >= 2; }));
    EXPECT_TRUE(logged("acknowledges none"));
    controller.answer();
    ASSERT_TRUE(all_acknowledged());
}

TEST_F(Report, memory_is_bounded_while_the_controller_is_away) {
    auto chosen = options(plumb::test::free_port());
    chosen.max_windows = 5;
    start(std::move(chosen));
    for (std::uint64_t i = 1; i <= 100; ++i)
        offer(i);
    EXPECT_EQ(reporter_->unacknowledged(), 5U);
    EXPECT_EQ(reporter_->dropped(), 95U);
    EXPECT_TRUE(logged("95 dropped so far"));
}

TEST_F(Report, the_end_delivers_what_is_left_and_says_goodbye) {
    Committed store;
    FakeController controller(store, {});
    start(options(controller.port()));
    offer(1);
    offer(2);
    EXPECT_TRUE(drain(10s));
    EXPECT_THAT(controller.seen().order, ElementsAre("hello", "window 1", "window 2", "goodbye"));
}

TEST_F(Report, the_end_gives_up_at_its_deadline) {
    start(options(plumb::test::free_port()));
    offer(1);
    EXPECT_FALSE(drain(100ms));
    EXPECT_EQ(reporter_->unacknowledged(), 1U);
}

TEST_F(Report, the_end_reconnects_when_the_controller_is_just_back) {
    Committed store;
    const int port = plumb::test::free_port();
    start(options(port));
    offer(1);
    ASSERT_TRUE(turn_until([&] { return logged("no stream to the controller"); }));
    FakeController controller(store, {}, port);
    EXPECT_TRUE(drain(15s));
    EXPECT_THAT(controller.seen().order, ElementsAre("hello", "window 1", "goodbye"));
}

TEST_F(Report, a_reporter_can_be_destroyed_in_the_middle_of_everything) {
    Committed store;
    FakeController controller(store, {.acknowledge = false});
    start(options(controller.port()));
    offer(1);
    ASSERT_TRUE(turn_until([&] { return !controller.seen().windows.empty(); }));
    offer(2);
    reporter_.reset();
    controller.kill();
    io_.restart();
    io_.poll();
}

TEST_F(Report, tls_and_a_token_reach_the_controller) {
    const plumb::test::Authority authority;
    const auto server = authority.issue();
    const auto client = authority.issue();
    Committed store;
    FakeController controller(
        store, {.certificate = server.certificate, .key = server.key, .client_ca = authority.certificate()});
    auto chosen = options(controller.port());
    chosen.tls = true;
    chosen.ca_pem = authority.certificate();
    chosen.cert_pem = client.certificate;
    chosen.key_pem = Secret(client.key);
    chosen.token = Secret("t0ken");
    start(std::move(chosen));
    offer(1);
    ASSERT_TRUE(all_acknowledged());
    EXPECT_THAT(controller.seen().authorization, ElementsAre("Bearer t0ken"));
}

TEST_F(Report, a_controller_with_a_strangers_certificate_gets_nothing) {
    const plumb::test::Authority ours("ours");
    const plumb::test::Authority theirs("theirs");
    const auto server = theirs.issue();
    Committed store;
    FakeController controller(store, {.certificate = server.certificate, .key = server.key});
    auto chosen = options(controller.port());
    chosen.tls = true;
    chosen.ca_pem = ours.certificate();
    chosen.token = Secret("t0ken");
    start(std::move(chosen));
    offer(1);
    ASSERT_TRUE(turn_until([&] { return logged("no stream to the controller"); }));
    EXPECT_EQ(reporter_->unacknowledged(), 1U);
    EXPECT_THAT(controller.seen().order, IsEmpty());
    for (const auto& line : logged_)
        EXPECT_EQ(line.find("t0ken"), std::string::npos);
}

TEST_F(Report, a_window_larger_than_any_controller_takes_is_left_out_and_the_next_arrives) {
    Committed store;
    FakeController controller(store, {});
    start(options(controller.port()));
    Window large;
    large.agent = "agent-1";
    large.sequence = 1;
    large.length = 1s;
    for (int i = 0; i < 200; ++i) {
        WindowDependency dependency;
        dependency.dependency = "d" + std::to_string(i);
        for (std::size_t fact = 0; fact < kMaxWindowFacts; ++fact) {
            dependency.facts.push_back({"fact" + std::to_string(fact), FactClass::informational,
                                        std::string(kMaxFactValue, 'x'), 0});
        }
        large.dependencies.push_back(std::move(dependency));
    }
    EXPECT_FALSE(reporter_->offer(large, Reporter::Clock::now()));
    offer(2);
    EXPECT_TRUE(all_acknowledged());
    EXPECT_TRUE(store.windows.contains(2));
    EXPECT_FALSE(store.windows.contains(1));
    EXPECT_TRUE(logged("window 1 was left out"));
}

}  // namespace
}  // namespace plumb::agent
