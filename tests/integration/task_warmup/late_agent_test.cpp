// What a sidecar tells that learns from its platform, while it asks already, when the app started.
#include "tests/integration/task_warmup/watched_app.hpp"
#include "tests/support/sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using test::check_of;
using test::fact_in;
using test::Nginx;
using test::quick_settings;
using test::Watched;

nanoseconds warmup_in(const task::Look& look) {
    const Gauge* gauge = look.evidence.find_gauge("task.warmup");
    if (gauge == nullptr) return nanoseconds(-1);
    return std::chrono::round<nanoseconds>(std::chrono::duration<double>(gauge->value));
}

TEST(LateSidecar, the_warm_up_counts_from_the_apps_start_and_not_from_its_own) {
    const auto port = test::free_port();
    Nginx app(port, "return 503;");
    Watched watched(quick_settings(port, 60s));
    watched.until_fact("not ready yet: status 503");
    app.answer("return 200 ok;");
    const auto seen = warmup_in(watched.until_fact("ready after "));
    watched.set_start(watched.start() - 9s);
    const auto look = watched.look();
    EXPECT_EQ(warmup_in(look), seen + 9s);
    EXPECT_EQ(check_of(look, "warmup"), "passes");
    watched.set_start(watched.start() - 9s);
    EXPECT_EQ(warmup_in(watched.look()), seen + 9s);
}

TEST(LateSidecar, an_app_that_is_ready_at_the_first_question_tells_no_warm_up) {
    const auto port = test::free_port();
    const Nginx app(port, "return 200 ok;");
    Watched watched(quick_settings(port, 60s));
    watched.set_start(watched.start() - 1s);
    const auto look = watched.until_fact("was ready before the agent looked");
    EXPECT_TRUE(look.evidence.gauges.empty());
    EXPECT_EQ(check_of(look, "warmup"), "passes");
}

TEST(LateSidecar, an_app_that_is_unavailable_after_hours_is_not_past_its_kill_line) {
    const auto port = test::free_port();
    const Nginx app(port, "return 503;");
    Watched watched(quick_settings(port, 60s));
    watched.set_start(watched.start() - 3h);
    const auto look = watched.until_check("warmup", true);
    EXPECT_THAT(check_of(look, "warmup"), testing::HasSubstr("times in a row; the last answer: status 503"));
    EXPECT_EQ(look.evidence.find_gauge("task.warmup"), nullptr);
}

// The borders at which a comparison begins to speak, to the nanosecond: it reads nothing but this gauge.
TEST(LateSidecar, each_share_of_the_kill_line_is_told_exactly) {
    const auto port = test::free_port();
    Nginx app(port, "return 503;");
    Watched watched(quick_settings(port, 600ms));  // a kill line of one second
    watched.until([&](const task::Look&) { return watched.seconds() > 0.1; });
    watched.until_fact("not ready yet: status 503");
    app.answer("return 200 ok;");
    const auto ready = watched.start() + warmup_in(watched.until_fact("ready after "));
    for (const auto share : {400ms, 790ms, 800ms, 1000ms, 1010ms}) {
        watched.set_start(ready - share);
        const auto look = watched.look();
        EXPECT_EQ(warmup_in(look), share);
        EXPECT_EQ(look.evidence.find_gauge("task.warmup")->limit, 1.0);
        EXPECT_EQ(check_of(look, "warmup"), "passes");
    }
}

}  // namespace
}  // namespace plumb
