#include "agent/check/json.hpp"

#include "tests/unit/agent/outcomes.hpp"

#include <set>
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

namespace json = boost::json;

TaskPart small_task() {
    TaskPart task;
    task.identity = {{"hostname", FactClass::informational, "task-1"}};
    task.look.evidence.fact("task.memory_limit", FactClass::ordered, "512 MiB");
    task.look.evidence.gauge("task.memory", 100, 512, true);
    task.look.checks = {{"memory", Cause::task_oom_killed, true, "1 process"},
                        {"listeners", Cause::unknown, false, ""}};
    return task;
}

json::object render(const std::vector<Outcome>& outcomes) {
    const auto text = render_json(outcomes, small_task(), "0.1.0");
    EXPECT_EQ(text.back(), '\n');
    return json::parse(text).as_object();
}

TEST(CheckJson, the_object_has_the_documented_shape) {
    const auto root = render({test::good(), test::bad()});
    EXPECT_EQ(root.at("agent").at("version"), "0.1.0");
    EXPECT_EQ(root.at("agent").at("catalog").at("facts").at("redis.version"), "ordered");
    EXPECT_EQ(root.at("agent").at("catalog").at("gauges").at("redis.clients").at("refuses_at_limit"), true);
    const auto& task = root.at("task").as_object();
    EXPECT_EQ(task.at("hostname"), "task-1");
    EXPECT_EQ(task.at("facts").at("task.memory_limit"), "512 MiB");
    EXPECT_EQ(task.at("gauges").at("task.memory").at("limit"), 512);
    EXPECT_EQ(root.at("agent").at("catalog").at("facts").at("task.memory_limit"), "ordered");
    EXPECT_EQ(task.at("checks").at(0).at("cause"), "task.oom_killed");
    EXPECT_EQ(task.at("checks").at(0).at("ok"), false);
    EXPECT_EQ(task.at("checks").at(1).at("ok"), true);
    EXPECT_EQ(root.at("outcomes").as_array().size(), 2U);  // the task is none of them
    const auto& good = root.at("outcomes").at(0).as_object();
    EXPECT_EQ(good.at("dependency"), "cache");
    EXPECT_EQ(good.at("kind"), "redis");
    EXPECT_EQ(good.at("target"), "redis://cache:6379/0");
    EXPECT_EQ(good.at("address"), "10.0.1.9:6379");
    EXPECT_EQ(good.at("ok"), true);
    EXPECT_FALSE(good.contains("failure"));
    EXPECT_EQ(good.at("facts").at("redis.version"), "7.0.15");
    EXPECT_EQ(good.at("gauges").at("redis.clients").at("value"), 87);
    EXPECT_EQ(good.at("gauges").at("redis.clients").at("limit"), 100);
    const auto& bad = root.at("outcomes").at(1).as_object();
    EXPECT_EQ(bad.at("ok"), false);
    EXPECT_EQ(bad.at("failure").at("phase"), "connect");
    EXPECT_EQ(bad.at("failure").at("cause"), "tcp.timeout");
    EXPECT_EQ(bad.at("failure").at("detail"), "no answer from 10.0.1.7:5432");
    EXPECT_EQ(bad.at("attempts").at(0).at("cause"), "tcp.timeout");
}

TEST(CheckJson, an_outcome_holds_the_documented_keys_and_no_others) {
    Outcome measured = test::good();
    measured.rtt = std::chrono::microseconds(120);
    measured.retransmits = 2;
    Outcome unmeasured = test::bad();
    unmeasured.rtt.reset();
    const auto root = render({measured, unmeasured});
    std::set<std::string> keys{"dependency", "kind",  "target", "address",  "ok",         "total_us",
                               "phases",     "facts", "gauges", "attempts", "retransmits"};
    for (const auto& outcome : root.at("outcomes").as_array()) {
        std::set<std::string> found;
        for (const auto& entry : outcome.as_object())
            found.insert(entry.key());
        const bool ok = outcome.at("ok").as_bool();
        found.erase(ok ? "rtt_us" : "failure");
        EXPECT_EQ(found, keys);
    }
    EXPECT_EQ(root.at("outcomes").at(0).at("rtt_us"), 120);
    EXPECT_EQ(root.at("outcomes").at(0).at("retransmits"), 2);
    EXPECT_EQ(root.size(), 3U);
}

TEST(CheckJson, phases_add_up_to_the_total) {
    const auto root = render({test::good(), test::bad()});
    for (const auto& outcome : root.at("outcomes").as_array()) {
        std::int64_t sum = 0;
        for (const auto& phase : outcome.at("phases").as_array())
            sum += phase.at("us").as_int64();
        EXPECT_EQ(sum, outcome.at("total_us").as_int64());
    }
}

TEST(CheckJson, a_number_that_json_cannot_hold_is_left_out) {
    auto outcome = test::good();
    outcome.gauge("odd", std::numeric_limits<double>::infinity(), 1.0);
    outcome.gauge("unlimited", 2.5);
    const auto root = render({outcome});
    const auto& gauges = root.at("outcomes").at(0).at("gauges").as_object();
    EXPECT_FALSE(gauges.contains("odd"));
    EXPECT_EQ(gauges.at("unlimited").at("value"), 2.5);
    EXPECT_FALSE(gauges.at("unlimited").as_object().contains("limit"));
}

TEST(CheckJson, an_interruption_is_said_with_what_was_not_checked) {
    const auto whole = render({test::good()});
    EXPECT_FALSE(whole.contains("interrupted"));
    EXPECT_FALSE(whole.contains("not_checked"));
    const auto root =
        json::parse(render_json({test::good()}, small_task(), "0.1.0", {true, {"database", "search"}}));
    EXPECT_EQ(root.at("interrupted"), true);
    EXPECT_EQ(root.at("not_checked"), (json::array{"database", "search"}));
}

TEST(CheckJson, no_outcome_is_an_empty_list) {
    EXPECT_TRUE(render({}).at("outcomes").as_array().empty());
}

}  // namespace
}  // namespace plumb::agent
