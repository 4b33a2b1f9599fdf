// The driver's own duties: two URLs side by side, a slow one that holds up nobody, and the end.
#include "tests/integration/task_warmup/watched_app.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using test::check_of;
using test::quick_settings;
using test::ready_at_the_third;
using test::RecordingServer;
using test::Watched;

TEST(Warmup, a_health_url_that_hangs_does_not_hold_up_readiness) {
    const test::ScriptedServer hangs(test::silent());
    RecordingServer ready(ready_at_the_third());
    auto settings = quick_settings(hangs.port(), 60s);
    settings.timeout = 60s;
    settings.ready = parse_url(ready.url("/ready")).value();
    Watched watched(settings);
    const auto look = watched.until_fact("ready after ");
    EXPECT_NE(look.evidence.find_gauge("task.warmup"), nullptr);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy"), nullptr);
}

TEST(Warmup, one_question_to_a_url_is_under_way_at_a_time) {
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> answered{0};
    const test::ScriptedServer app([&](test::Connection& connection) {
        connection.read_until("\r\n\r\n");
        const int open = ++now;
        if (open > most) most = open;
        connection.pause(120ms);  // longer than the pause between questions
        --now;
        connection.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        ++answered;
        connection.wait_for_close();
    });
    Watched watched(quick_settings(app.port(), 60s));
    watched.until([&](const task::Look&) { return answered >= 4; });
    EXPECT_EQ(most, 1);
}

TEST(Warmup, a_silent_app_is_not_ready_and_fails_in_time) {
    const test::ScriptedServer silent(test::silent());
    auto settings = quick_settings(silent.port(), 0s);
    settings.timeout = 100ms;
    Watched watched(settings);
    watched.until_fact("not ready yet: peer.timeout");
    const auto look = watched.until_check("warmup", true);
    EXPECT_EQ(check_of(look, "port"), "passes");
}

TEST(Warmup, it_can_be_cancelled_at_every_step) {
    const test::ScriptedServer silent(test::silent());
    const test::FullQueueListener full;
    const test::RefusingPort refusing;
    for (const auto port : {silent.port(), full.port(), refusing.port()}) {
        auto settings = quick_settings(port, 0s);
        settings.timeout = 60s;
        Watched watched(settings, true, [&] { return std::vector<std::uint16_t>{silent.port()}; });
        watched.run_for(port == refusing.port() ? 700ms : 20ms);
    }
    { const Watched never_run(quick_settings(silent.port(), 0s)); }
}

TEST(Warmup, a_name_is_resolved_and_ipv6_asked_too) {
    RecordingServer app(ready_at_the_third());
    auto settings = quick_settings(app.port(), 60s);
    settings.health.host = "localhost";
    Watched watched(settings);
    watched.until_fact("ready after ");
}

}  // namespace
}  // namespace plumb
