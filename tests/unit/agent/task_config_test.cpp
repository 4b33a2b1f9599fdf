#include "agent/config/config.hpp"
#include "tests/unit/agent/fakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kKey = "0123456789abcdef";

struct Parsed {
    Config config;
    yaml::Complaints complaints;
};

// `section` stands in line 2.
Parsed parse(const std::string& section) {
    Parsed out;
    out.complaints.file = "plumb.yaml";
    out.config = parse_config("targets: {a: 'tcp://a:1'}\n" + section,
                              test::variables({{"PLUMB_KEY", std::string(kKey)}}), test::small_registry,
                              out.complaints);
    return out;
}

TEST(TaskConfig, without_a_section_the_task_is_looked_at) {
    const auto [config, complaints] = parse("");
    EXPECT_TRUE(config.task.look);
    EXPECT_TRUE(config.task.variables.key.empty());
    EXPECT_FALSE(config.task.warmup.has_value());
    EXPECT_FALSE(parse("task: false\n").config.task.look);
}

TEST(TaskConfig, the_documented_section_is_understood) {
    const auto [config, complaints] = parse(
        "task:\n"
        "  container: checkout\n"
        "  interval: 10s\n"
        "  inspect_interval: 10m\n"
        "  variables:\n"
        "    key: ${PLUMB_KEY}\n"
        "    required: [DATABASE_URL, STRIPE_KEY]\n"
        "    must_match: [LOG_LEVEL]\n"
        "    secrets: [LICENCE]\n"
        "    ignore: [\"FEATURE_*\"]\n"
        "  warmup:\n"
        "    health: http://127.0.0.1:8080/health\n"
        "    ready: http://127.0.0.1:8080/ready\n"
        "    interval: 10s\n"
        "    timeout: 3s\n"
        "    unhealthy_threshold: 3\n"
        "    healthy_threshold: 5\n"
        "    grace_period: 60s\n"
        "    start_period: 15s\n"
        "    status: 200-299\n");
    EXPECT_THAT(complaints.lines, ElementsAre());
    const auto& task = config.task;
    EXPECT_EQ(task.container, "checkout");
    EXPECT_EQ(task.interval, 10s);
    EXPECT_EQ(task.inspect_interval, 10min);
    EXPECT_EQ(task.variables.key.reveal(), kKey);
    EXPECT_THAT(task.variables.required, ElementsAre("DATABASE_URL", "STRIPE_KEY"));
    EXPECT_THAT(task.variables.ignored, ElementsAre("FEATURE_*"));
    ASSERT_TRUE(task.warmup.has_value());
    EXPECT_EQ(task.warmup->health.port, 8080);
    EXPECT_EQ(task.warmup->ready->path, "/ready");
    EXPECT_EQ(task.warmup->interval, 10s);
    EXPECT_EQ(task.warmup->unhealthy, 3U);
    EXPECT_EQ(task.warmup->healthy, 5U);
    EXPECT_EQ(task.warmup->grace, 60s);
    EXPECT_EQ(task.warmup->start_period, 15s);
    EXPECT_THAT(task.warmup->statuses, ElementsAre(task::StatusRange{200, 299}));
}

TEST(TaskConfig, a_health_check_may_be_asked_over_tls_and_match_a_list) {
    const auto [config, complaints] =
        parse("task: {warmup: {health: 'https://localhost:8443/health', status: '200,302'}}\n");
    EXPECT_THAT(complaints.lines, ElementsAre());
    ASSERT_TRUE(config.task.warmup.has_value());
    EXPECT_EQ(config.task.warmup->health.scheme, "https");
    EXPECT_THAT(config.task.warmup->statuses,
                ElementsAre(task::StatusRange{200, 200}, task::StatusRange{302, 302}));
}

struct Bad {
    const char* text;
    const char* complaint;
};

class BadTask : public testing::TestWithParam<Bad> {};

TEST_P(BadTask, is_named_with_its_line_and_what_would_be_right) {
    const auto parsed = parse(GetParam().text);
    EXPECT_THAT(parsed.complaints.lines, ElementsAre(HasSubstr(GetParam().complaint))) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Agent, BadTask,
    testing::Values(
        Bad{"task: [a]\n", "plumb.yaml:2: task should be a map"},
        Bad{"task: {variable: {}}\n", "plumb.yaml:2: unknown key 'variable'; did you mean 'variables'?"},
        Bad{"task: {interval: 1ms}\n",
            "plumb.yaml:2: task.interval is out of range; it should be from 100ms to 1h"},
        Bad{"task: {variables: {required: DATABASE_URL}}\n",
            "plumb.yaml:2: task.variables.required should be a list of names"},
        Bad{"task: {variables: {required: ['A=1']}}\n",
            "plumb.yaml:2: task.variables.required: 'A=1' is no name of an environment variable"},
        Bad{"task: {variables: {required: ['A*']}}\n", "no name of an environment variable"},
        Bad{"task: {variables: {key: short}}\n",
            "plumb.yaml:2: task.variables.key is shorter than 16 characters"},
        Bad{"task: {variables: {must_match: [LOG_LEVEL]}}\n",
            "those need a key that both environments share"},
        Bad{"task: {warmup: {interval: 5s}}\n", "which URL does the health check ask?"},
        Bad{"task: {warmup: {health: nonsense}}\n", "plumb.yaml:2: task.warmup.health: "},
        Bad{"task: {warmup: {health: 'http://a:1/', unhealthy_threshold: 0}}\n", "plumb.yaml:2: "},
        Bad{"task: {warmup: {health: 'http://a:1/', status: 299-200}}\n",
            "plumb.yaml:2: task.warmup.status: '299-200' is no status from 100 to 599, range or list of "
            "them"},
        Bad{"task: {warmup: {health: 'http://a:1/', status: '200,2xx'}}\n",
            "task.warmup.status: '2xx' is no status"},
        Bad{"task: {warmup: {health: 'http://a:1/', status: [200, 302]}}\n",
            "task.warmup.status should be one text, as in 200-299 or 200,302"}));

TEST(TaskConfig, a_key_is_never_shown) {
    const auto parsed = parse("task: {variables: {key: sh0rt-s3cret}}\n");
    ASSERT_EQ(parsed.complaints.lines.size(), 1U);
    EXPECT_EQ(parsed.complaints.lines[0].find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace plumb::agent
