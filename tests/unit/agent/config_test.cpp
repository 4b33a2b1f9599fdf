#include "agent/config/config.hpp"

#include "tests/unit/agent/fakes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Environment kVariables = test::variables({{"DATABASE_URL", "postgres://app:hunter2@db:5432/x"},
                                                {"APP_URL", "postgresql+asyncpg://app:pw@db/x?pool=5"},
                                                {"TOKEN", "t0ken"},
                                                {"BREAK", "redis://cache:6379\nevil: yes"},
                                                {"POINTER", "file:/etc/passwd"}});

struct Parsed {
    Config config;
    yaml::Complaints complaints;
};

Parsed parse(const std::string& text) {
    Parsed out;
    out.complaints.file = "plumb.yaml";
    out.config = parse_config(text, kVariables, test::small_registry, out.complaints);
    return out;
}

TEST(AgentConfig, the_documented_example_is_understood) {
    const auto [config, complaints] = parse(
        "controller: plumb.internal:7443\n"
        "environment: production\n"
        "service: checkout\n"
        "labels: {zone: use1-az1}\n"
        "window: 1s\n"
        "resolver: 10.0.0.2:53\n"
        "tls: {ca: /etc/plumb/ca.pem, cert: /c.pem, key: /k.pem}\n"
        "token: ${TOKEN}\n"
        "targets:\n"
        "  database: {url: \"${DATABASE_URL}\", interval: 15s, timeout: 2s}\n"
        "  cache: redis://cache:6379/0\n"
        "  payments: {url: \"tls://api.example.com:443?ca=/etc/ca.pem\", interval: 30s}\n");
    EXPECT_THAT(complaints.lines, ElementsAre());
    EXPECT_EQ(config.controller, "plumb.internal:7443");
    EXPECT_EQ(config.environment, "production");
    EXPECT_EQ(config.service, "checkout");
    EXPECT_EQ(config.labels.at("zone"), "use1-az1");
    EXPECT_EQ(config.window, 1s);
    EXPECT_THAT(config.resolvers, ElementsAre("10.0.0.2:53"));
    ASSERT_TRUE(config.tls.has_value());
    EXPECT_EQ(config.tls->key.path, "/k.pem");
    EXPECT_EQ(config.token.reveal(), "t0ken");
    ASSERT_EQ(config.targets.size(), 3U);
    EXPECT_EQ(config.targets[0].dependency, "database");
    EXPECT_EQ(config.targets[0].url.password.reveal(), "hunter2");
    EXPECT_EQ(config.targets[0].interval, 15s);
    EXPECT_EQ(config.targets[0].timeout, 2s);
    EXPECT_EQ(config.targets[0].line, 10);
    EXPECT_EQ(config.targets[1].url.host, "cache");
    EXPECT_FALSE(config.targets[1].interval.has_value());
}

TEST(AgentConfig, a_timeout_may_exceed_the_interval_and_windows_default_to_30s) {
    const auto [config, complaints] =
        parse("targets: {a: {url: 'tcp://a:1', interval: 100ms, timeout: 10s}}\n");
    EXPECT_THAT(complaints.lines, ElementsAre());
    EXPECT_EQ(config.window, 30s);
}

TEST(AgentConfig, a_controller_on_loopback_needs_no_tls) {
    for (const char* place : {"127.0.0.1:7443", "localhost:7443", "'[::1]:7443'"}) {
        EXPECT_TRUE(parse(std::string("environment: e\ntargets: {a: 'tcp://a:1'}\ncontroller: ") + place)
                        .complaints.empty())
            << place;
    }
    EXPECT_FALSE(is_loopback("127.0.0.1.example.com:1"));
    EXPECT_FALSE(is_loopback("10.0.0.1:1"));
}

struct Bad {
    const char* text;
    const char* complaint;
};

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, is_named_with_its_line_and_what_would_be_right) {
    const auto parsed = parse(GetParam().text);
    EXPECT_THAT(parsed.complaints.lines, ElementsAre(GetParam().complaint)) << GetParam().text;
}

constexpr const char* kNoTargets =
    "plumb.yaml:1: there are no targets; add `targets:` with one a line, as in `cache: redis://cache:6379/0`";

INSTANTIATE_TEST_SUITE_P(
    Agent, BadConfig,
    testing::Values(
        Bad{"window: 1s\n", kNoTargets}, Bad{"targets: {}\n", kNoTargets},
        Bad{"targets: {a: 'tcp://a:1'}\nintervall: 5s\n",
            "plumb.yaml:2: unknown key 'intervall'; known here: controller, plaintext, environment, service, "
            "labels, window, resolver, tls, token, targets, task"},
        Bad{"targets:\n  a: {url: 'tcp://a:1', intervall: 5s}\n",
            "plumb.yaml:2: unknown key 'intervall'; did you mean 'interval'?"},
        Bad{"targets:\n  a: {interval: 5s}\n",
            "plumb.yaml:2: target 'a' has no url; write `url: redis://cache:6379/0`"},
        Bad{"targets:\n  a:\n", "plumb.yaml:2: target 'a' has no url; write `url: redis://cache:6379/0`"},
        Bad{"targets:\n  a: [x]\n",
            "plumb.yaml:2: target 'a' should be a URL, or a map of url, interval, timeout and limits"},
        Bad{"targets:\n  a: {url: 'tcp://a:1', interval: 5}\n",
            "plumb.yaml:2: target 'a': interval: '5' has no unit; write 5s for seconds, or ms, m, h, d"},
        Bad{"targets:\n  a: {url: 'tcp://a:1', interval: 1ms}\n",
            "plumb.yaml:2: target 'a': interval is out of range; it should be from 50ms to 1h"},
        Bad{"targets:\n  a: {url: 'tcp://a:1', timeout: 1h}\n",
            "plumb.yaml:2: target 'a': timeout is out of range; it should be from 1ms to 5m"},
        Bad{"targets: {a: 'tcp://a:1'}\ntoken: 'two words'\n",
            "plumb.yaml:2: token: should be one line of printable ASCII without spaces"},
        Bad{"targets: {a: 'tcp://a:1'}\nwindow: 1ms\n",
            "plumb.yaml:2: window is out of range; it should be from 100ms to 1h"},
        Bad{"targets:\n  task: tcp://a:1\n",
            "plumb.yaml:2: 'task' is kept for the evidence about the task itself; give the dependency "
            "another name"},
        Bad{"targets:\n  'a b': tcp://a:1\n",
            "plumb.yaml:2: 'a b' is no name of a dependency; use letters, digits, '.', '_' and '-'"},
        Bad{"targets:\n  a: ${NOPE}\n",
            "plumb.yaml:2: target 'a': the environment variable NOPE is not set; set it for this container, "
            "or write the value's place as file:PATH"},
        Bad{"targets:\n  a: ${BREAK}\n",
            "plumb.yaml:2: target 'a': the value contains a line break or another control character; it "
            "should be one line"},
        Bad{"targets:\n  a: file:/does/not/exist\n",
            "plumb.yaml:2: target 'a': /does/not/exist: no such file"},
        Bad{"targets: {a: 'tcp://a:1'}\nenvironment: e\ncontroller: plumb.internal\n",
            "plumb.yaml:3: controller should be HOST:PORT, as in plumb.internal:7443"},
        Bad{"targets: {a: 'tcp://a:1'}\nenvironment: e\ncontroller: http://x:1\n",
            "plumb.yaml:3: controller should be HOST:PORT, as in plumb.internal:7443"},
        Bad{"targets: {a: 'tcp://a:1'}\nenvironment: e\ncontroller: plumb.internal:7443\n",
            "plumb.yaml:3: controller is not on loopback and there is no tls; add `tls: {ca: FILE}`, or "
            "`plaintext: true` where something else encrypts the way"},
        Bad{"targets: {a: 'tcp://a:1'}\ncontroller: localhost:7443\n",
            "plumb.yaml:2: a controller needs to know whose windows these are; add `environment: staging`"},
        Bad{"targets: {a: 'tcp://a:1'}\ntls: {cert: /c.pem}\n",
            "plumb.yaml:2: tls: cert and key go together; give both, or neither"},
        Bad{"targets: {a: 'tcp://a:1'}\nlabels: {environment: x}\n",
            "plumb.yaml:2: label 'environment': it has a key of its own; write `environment:` at the top "
            "level"},
        Bad{"targets: {a: 'tcp://a:1'}\nlabels: {'a b': x}\n",
            "plumb.yaml:2: label 'a b': a name has 1 to 64 letters, digits, '.', '_' or '-'"},
        Bad{"targets: {a: 'tcp://a:1'}\nlabels: {zone: ''}\n",
            "plumb.yaml:2: label 'zone': the value should have 1 to 256 bytes"},
        Bad{"targets: {a: 'tcp://a:1'}\nplaintext: maybe\n",
            "plumb.yaml:2: expected true or false, found 'maybe'"}));

TEST(AgentConfig, all_errors_of_a_file_are_listed) {
    const auto parsed = parse("window: never\ncolour: red\ntargets:\n  a: ${NOPE}\n  b: {}\n");
    EXPECT_EQ(parsed.complaints.lines.size(), 4U);
}

TEST(AgentConfig, a_variables_value_is_never_followed_as_a_reference_nor_read_as_yaml) {
    const auto parsed = parse("targets:\n  a: ${POINTER}\n");
    ASSERT_EQ(parsed.complaints.lines.size(), 1U);
    EXPECT_THAT(parsed.complaints.lines[0], Not(HasSubstr("passwd")));
    EXPECT_THAT(parsed.complaints.lines[0], Not(HasSubstr("root")));
}

TEST(AgentConfig, a_url_that_is_one_variable_of_the_app_may_hold_options_of_the_apps_driver) {
    const auto [config, complaints] =
        parse("targets:\n  a: ${APP_URL}\n  b: {url: 'env:APP_URL'}\n  c: postgres://db/x?pool=5\n");
    EXPECT_THAT(complaints.lines, ElementsAre());
    for (int i : {0, 1}) {
        EXPECT_EQ(config.targets[i].url.scheme, "postgresql");
        EXPECT_TRUE(config.targets[i].url.query.empty());
        EXPECT_EQ(config.targets[i].note, "options of the app's own driver were left out: pool");
    }
    EXPECT_EQ(config.targets[2].url.option("pool"), "5");  // written for us: the probe refuses it
}

TEST(AgentConfig, an_error_never_shows_a_value_that_came_by_reference) {
    const auto parsed = parse("targets:\n  a: postgres://app:${TOKEN}@db:99999/x\n");
    ASSERT_EQ(parsed.complaints.lines.size(), 1U);
    EXPECT_THAT(parsed.complaints.lines[0], Not(HasSubstr("t0ken")));
}

}  // namespace
}  // namespace plumb::agent
