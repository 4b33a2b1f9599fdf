// Warm-ups of a real nginx: it comes late, is unavailable at first, or listens where nobody asks.
#include "tests/integration/task_warmup/watched_app.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using test::check_of;
using test::fact_in;
using test::Nginx;
using test::quick_settings;
using test::Watched;
using testing::HasSubstr;

TEST(WarmupOfNginx, an_app_that_starts_late_is_measured_from_the_tasks_start) {
    const auto port = test::free_port();
    Watched watched(quick_settings(port, 60s));
    watched.until_fact("not ready yet: tcp.refused");
    const double before = watched.seconds();
    const Nginx app(port, "return 200 ok;");
    const auto look = watched.until_fact("ready after ");
    const double after = watched.seconds();
    for (const char* name : {"task.warmup", "task.warmup_healthy"}) {
        const Gauge* gauge = look.evidence.find_gauge(name);
        ASSERT_NE(gauge, nullptr) << name;
        EXPECT_GE(gauge->value, before);
        EXPECT_LE(gauge->value, after);
    }
    EXPECT_EQ(look.evidence.find_gauge("task.warmup")->limit, 60.4);
    EXPECT_EQ(fact_in(look, "task.warmup_settings"), "kill line 60.4 s: start period 60 s + 2 × 0.2 s");
    EXPECT_EQ(check_of(look, "warmup"), "passes");
    EXPECT_EQ(check_of(look, "port"), "passes");
}

TEST(WarmupOfNginx, an_app_is_ready_lost_and_ready_again_as_its_answers_say) {
    const auto port = test::free_port();
    Nginx app(port, "return 503;");
    Watched watched(quick_settings(port, 60s));
    watched.until_fact("not ready yet: status 503");
    app.answer("return 200 ok;");
    watched.until_fact("ready after ");
    app.answer("return 500;");
    auto look = watched.until_check("warmup", true);
    EXPECT_THAT(check_of(look, "warmup"), HasSubstr("times in a row; the last answer: status 500"));
    EXPECT_THAT(fact_in(look, "task.readiness"), HasSubstr("; not any more: status 500"));
    app.answer("return 200 ok;");
    look = watched.until_check("warmup", false);
    EXPECT_THAT(fact_in(look, "task.readiness"), testing::MatchesRegex("ready after [0-9.]+ s"));
}

TEST(WarmupOfNginx, an_app_that_stays_unavailable_passes_its_kill_line) {
    const auto port = test::free_port();
    const Nginx app(port, "return 503;");
    Watched watched(quick_settings(port, 0s));
    const auto look = watched.until_check("warmup", true);
    EXPECT_THAT(check_of(look, "warmup"),
                HasSubstr("past the kill line of 0.4 s; the last answer: status 503"));
    ASSERT_NE(look.evidence.find_gauge("task.warmup"), nullptr);
    EXPECT_GE(look.evidence.find_gauge("task.warmup")->value, 0.4);
    EXPECT_EQ(look.evidence.find_gauge("task.warmup_healthy"), nullptr);
}

TEST(WarmupOfNginx, an_app_on_another_port_is_found_among_those_that_listen) {
    const test::RefusingPort configured;
    const auto port = test::free_port();
    const Nginx app(port, "return 204;");
    const test::ScriptedServer closes(test::closing_after_request());
    const test::ScriptedServer stays_silent(test::silent());
    const test::ScriptedServer speaks_otherwise(test::answering(test::garbage()));
    auto settings = quick_settings(configured.port(), 0s);
    settings.timeout = 500ms;
    Watched watched(settings, true, [&] {
        return std::vector<std::uint16_t>{closes.port(), stays_silent.port(), speaks_otherwise.port(),
                                          configured.port(), port};
    });
    const auto look = watched.until_check("port", true);
    EXPECT_EQ(check_of(look, "port"), "port " + std::to_string(configured.port()) + " refuses; " +
                                          std::to_string(port) + " answers 204 to /health");
    EXPECT_EQ(fact_in(look, "task.health_port"),
              std::to_string(configured.port()) + " refuses, " + std::to_string(port) + " answers 204");
    EXPECT_THAT(fact_in(look, "task.readiness"), HasSubstr("not ready yet: tcp.refused"));
}

TEST(WarmupOfNginx, a_port_that_opens_in_time_was_the_right_one) {
    const auto port = test::free_port();
    const auto others = test::free_port();
    const Nginx other(others, "return 200;");
    Watched watched(quick_settings(port, 0s), true, [&] { return std::vector<std::uint16_t>{others}; });
    watched.until_check("port", true);
    const Nginx app(port, "return 200;");
    watched.until_fact("ready after ");
    EXPECT_EQ(check_of(watched.look(), "port"), "passes");
}

TEST(WarmupOfNginx, another_port_that_does_not_know_the_path_is_not_the_apps) {
    const test::RefusingPort configured;
    const auto port = test::free_port();
    const Nginx other(port, "return 404;");
    bool asked = false;
    Watched watched(quick_settings(configured.port(), 0s), true, [&] {
        asked = true;
        return std::vector<std::uint16_t>{port};
    });
    watched.until([&](const task::Look&) { return asked; });
    watched.run_for(300ms);
    EXPECT_EQ(check_of(watched.look(), "port"), "passes");
}

TEST(WarmupOfNginx, a_late_agent_finds_the_app_ready) {
    const auto port = test::free_port();
    const Nginx app(port, "return 200 ok;");
    Watched watched(quick_settings(port, 60s), false);
    const auto look = watched.until_fact("was ready before the agent looked");
    EXPECT_TRUE(look.evidence.gauges.empty());
    EXPECT_EQ(check_of(look, "warmup"), "passes");
}

TEST(WarmupOfNginx, a_redirect_is_an_answer_and_is_not_followed) {
    const auto port = test::free_port();
    Nginx app(port, "return 503;");
    auto settings = quick_settings(port, 60s);
    Watched found(settings);
    found.until_fact("not ready yet: status 503");
    app.answer("return 302 http://127.0.0.1:1/;");
    found.until_fact("ready after ");
    settings.statuses = task::parse_statuses("200-299,301").value();
    Watched strict(settings);
    strict.until_fact("not ready yet: status 302");
}

}  // namespace
}  // namespace plumb
