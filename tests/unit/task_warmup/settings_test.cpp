#include "probes/task/warmup/settings.hpp"

#include "tests/unit/task_warmup/hand_clock.hpp"

#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::task {
namespace {

using namespace std::chrono_literals;
using test::usual_settings;
using testing::HasSubstr;

TEST(WarmupSettings, the_kill_line_is_the_grace_and_the_checks_that_must_fail) {
    EXPECT_EQ(kill_line(usual_settings()), 120s);
    EXPECT_EQ(kill_line_in_words(usual_settings()), "kill line 120 s: grace 60 s + 2 × 30 s");
}

TEST(WarmupSettings, of_grace_and_start_period_the_longer_counts) {
    auto settings = usual_settings();
    settings.start_period = 45s;
    EXPECT_EQ(kill_line(settings), 120s);
    settings.start_period = 90s;
    EXPECT_EQ(kill_line(settings), 150s);
    EXPECT_EQ(kill_line_in_words(settings), "kill line 150 s: start period 90 s + 2 × 30 s");
}

TEST(WarmupSettings, without_either_the_checks_alone_make_the_line) {
    auto settings = usual_settings();
    settings.grace = 0s;
    settings.interval = 2500ms;
    settings.unhealthy = 3;
    EXPECT_EQ(kill_line_in_words(settings), "kill line 7.5 s: 3 × 2.5 s");
}

TEST(WarmupSettings, both_ends_of_the_healthy_statuses_belong_to_them) {
    const auto settings = usual_settings();
    for (const int status : {200, 204, 302, 399})
        EXPECT_TRUE(is_healthy_status(settings, status)) << status;
    for (const int status : {0, 101, 199, 400, 503})
        EXPECT_FALSE(is_healthy_status(settings, status)) << status;
}

TEST(WarmupSettings, a_matcher_may_be_a_status_a_range_or_a_list_of_both) {
    using testing::ElementsAre;
    EXPECT_THAT(parse_statuses("200").value(), ElementsAre(StatusRange{200, 200}));
    EXPECT_THAT(parse_statuses("200,302").value(), ElementsAre(StatusRange{200, 200}, StatusRange{302, 302}));
    EXPECT_THAT(parse_statuses("200-299").value(), ElementsAre(StatusRange{200, 299}));
    auto settings = usual_settings();
    settings.statuses = parse_statuses("200, 202-204").value();
    EXPECT_TRUE(check_warmup_settings(settings));
    for (const int status : {200, 202, 204})
        EXPECT_TRUE(is_healthy_status(settings, status)) << status;
    for (const int status : {0, 199, 201, 205, 302})
        EXPECT_FALSE(is_healthy_status(settings, status)) << status;
}

TEST(WarmupSettings, what_is_no_matcher_is_told) {
    for (const char* text : {"", "ok", "200,", ",200", "200-", "-200", "299-200", "99", "600", "2xx",
                             "200;302", "200-299-300", "99999999999999999999"}) {
        const auto read = parse_statuses(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message, HasSubstr("as in 200-299 or 200,302")) << text;
    }
    std::string many = "200";
    for (int i = 0; i < 31; ++i)
        many += ",200";
    EXPECT_TRUE(parse_statuses(many));
    EXPECT_FALSE(parse_statuses(many + ",200"));
}

TEST(WarmupSettings, a_query_is_never_told) {
    auto settings = usual_settings();
    EXPECT_EQ(path_in_words(settings.health), "/health");
    settings.health.path = "";
    EXPECT_EQ(path_in_words(settings.health), "/");
    settings.health.path = "/" + std::string(500, 'x');
    EXPECT_LE(path_in_words(settings.health).size(), 80U);
}

TEST(WarmupSettings, the_usual_ones_can_be_used) {
    EXPECT_TRUE(check_warmup_settings(usual_settings()));
    for (const char* url :
         {"https://127.0.0.1:8443/health", "http://localhost:8080/", "http://[::1]:8080/up"}) {
        auto settings = usual_settings();
        settings.health = parse_url(url).value();
        EXPECT_TRUE(check_warmup_settings(settings)) << url;
    }
}

TEST(WarmupSettings, what_cannot_be_used_is_told_with_what_would_be_right) {
    struct Case {
        std::function<void(WarmupSettings&)> spoil;
        const char* words;
    };
    const std::vector<Case> cases{
        {[](WarmupSettings& s) { s.health = parse_url("grpc://127.0.0.1:50051").value(); },
         "health is an http or https URL, as in http://127.0.0.1:8080/health"},
        {[](WarmupSettings& s) { s.health.host = ""; }, "health needs a host, as in"},
        {[](WarmupSettings& s) { s.health.other_hosts = "b:80"; }, "health asks one host, and not a list"},
        {[](WarmupSettings& s) { s.ready = parse_url("redis://127.0.0.1").value(); },
         "ready is an http or https URL"},
        {[](WarmupSettings& s) { s.interval = 0s; }, "interval and timeout"},
        {[](WarmupSettings& s) { s.interval = 2h; }, "at most 1 h"},
        {[](WarmupSettings& s) { s.timeout = -1s; }, "interval and timeout"},
        {[](WarmupSettings& s) { s.unhealthy = 0; }, "unhealthy and healthy are 1 to 100"},
        {[](WarmupSettings& s) { s.healthy = 101; }, "unhealthy and healthy are 1 to 100"},
        {[](WarmupSettings& s) { s.grace = -1s; }, "grace"},
        {[](WarmupSettings& s) { s.start_period = 24h * 366; }, "at most a year"},
        {[](WarmupSettings& s) {
             s.statuses = {{400, 399}};
         },
         "between 100 and 599"},
        {[](WarmupSettings& s) {
             s.statuses = {{200, 200}, {200, 600}};
         },
         "between 100 and 599"},
        {[](WarmupSettings& s) { s.statuses.clear(); }, "between 100 and 599"},
    };
    for (const auto& each : cases) {
        auto settings = usual_settings();
        each.spoil(settings);
        const auto checked = check_warmup_settings(settings);
        ASSERT_FALSE(checked) << each.words;
        EXPECT_THAT(checked.error().message, HasSubstr(each.words));
    }
}

}  // namespace
}  // namespace plumb::task
