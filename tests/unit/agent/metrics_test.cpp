#include "agent/run/metrics/board.hpp"
#include "agent/run/metrics/emf.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace plumb::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

Window window(std::uint64_t runs, std::uint64_t failed) {
    Window out;
    out.start = std::chrono::system_clock::time_point(1'700'000'000s);
    out.length = 30s;
    out.labels = {{"environment", "production"}, {"service", "checkout"}};
    WindowDependency database;
    database.dependency = "database";
    database.kind = "postgres";
    database.runs = runs;
    database.succeeded = runs - failed;
    WindowPhase connect;
    connect.name = "connect";
    connect.reached = runs;
    for (std::uint64_t i = failed; i < runs; ++i)
        connect.clean.add(2ms);
    database.phases = {connect};
    if (failed > 0) database.failures = {{"connect", "tcp.timeout", failed}};
    database.gauges = {{"postgres.connections", 80, 87, 87, 100, true}};
    WindowDependency task;
    task.dependency = "task";
    task.kind = "task";
    task.runs = 6;
    task.succeeded = 3;
    WindowPhase memory;
    memory.name = "memory";
    memory.reached = 3;
    WindowPhase inspect;
    inspect.name = "inspect";
    task.phases = {inspect, memory};
    task.failures = {{"memory", "task.oom_killed", 3}};
    out.dependencies = {database, task};
    return out;
}

TEST(MetricsBoard, counters_grow_and_gauges_are_of_the_latest_window) {
    MetricsBoard board;
    board.add(window(10, 0));
    auto later = window(10, 8);
    later.dependencies[0].gauges[0].last = 90;
    board.add(later);
    const auto text = board.text("1.2.3");
    EXPECT_THAT(text, HasSubstr("plumb_agent_info{version=\"1.2.3\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("plumb_agent_windows_total 2\n"));
    EXPECT_THAT(text, HasSubstr("plumb_runs_total{dependency=\"database\",kind=\"postgres\"} 20\n"));
    EXPECT_THAT(text, HasSubstr("plumb_up{dependency=\"database\",kind=\"postgres\"} 0\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "plumb_failures_total{dependency=\"database\",phase=\"connect\",cause=\"tcp.timeout\"} 8\n"));
    EXPECT_THAT(text, HasSubstr("plumb_phase_seconds_count{dependency=\"database\",phase=\"connect\"} 12\n"));
    EXPECT_THAT(text,
                HasSubstr("plumb_phase_seconds_sum{dependency=\"database\",phase=\"connect\"} 0.024\n"));
    EXPECT_THAT(text, HasSubstr("quantile=\"0.99\"} 0.00"));
    EXPECT_THAT(text, HasSubstr("plumb_gauge{dependency=\"database\",name=\"postgres.connections\"} 90\n"));
    EXPECT_THAT(text,
                HasSubstr("plumb_gauge_limit{dependency=\"database\",name=\"postgres.connections\"} 100\n"));
    EXPECT_THAT(text, HasSubstr("plumb_task_check{check=\"memory\"} 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("check=\"inspect\"")));
}

// Every line is a comment or NAME{…} NUMBER, and each family is announced once.
TEST(MetricsBoard, the_text_has_the_form_that_prometheus_reads) {
    MetricsBoard board;
    auto odd = window(3, 1);
    odd.dependencies[0].dependency = "a\"b\\c";
    board.add(odd);
    const auto text = board.text("1");
    EXPECT_THAT(text, HasSubstr("dependency=\"a\\\"b\\\\c\""));
    std::set<std::string> families;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto line = text.substr(at, text.find('\n', at) - at);
        at += line.size() + 1;
        if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(families.insert(line).second) << line;
        } else if (!line.starts_with('#')) {
            const auto number = line.substr(line.rfind(' ') + 1);
            EXPECT_FALSE(number.empty()) << line;
            EXPECT_EQ(number.find_first_not_of("0123456789.e+-"), std::string::npos) << line;
        }
    }
    EXPECT_FALSE(families.empty());
}

boost::json::object line_of(const std::string& text, std::size_t number) {
    std::size_t at = 0;
    for (; number > 0; --number)
        at = text.find('\n', at) + 1;
    return boost::json::parse(text.substr(at, text.find('\n', at) - at)).as_object();
}

TEST(EmbeddedMetrics, each_dependency_is_a_line_that_cloudwatch_takes) {
    const auto text = embedded_metrics(window(10, 1));
    const auto database = line_of(text, 0);
    const auto& directive = database.at("_aws").at("CloudWatchMetrics").at(0).as_object();
    EXPECT_EQ(database.at("_aws").at("Timestamp"), 1'700'000'030'000);
    EXPECT_EQ(directive.at("Namespace"), "Plumbline");
    EXPECT_EQ(directive.at("Dimensions"), (boost::json::array{{"environment", "service", "dependency"}}));
    EXPECT_EQ(database.at("dependency"), "database");
    EXPECT_EQ(database.at("environment"), "production");
    EXPECT_EQ(database.at("runs"), 10);
    EXPECT_EQ(database.at("failures"), 1);
    EXPECT_EQ(database.at("postgres.connections.percent"), 87);
    // What the directive names stands at the top as a number.
    for (const auto& metric : directive.at("Metrics").as_array())
        EXPECT_TRUE(database.at(metric.at("Name").as_string()).is_number()) << metric;
    EXPECT_EQ(line_of(text, 1).at("failed_checks"), 1);
}

TEST(EmbeddedMetrics, there_are_never_more_than_cloudwatch_takes_and_no_empty_dimension) {
    auto many = window(10, 0);
    many.labels.clear();
    for (int i = 0; i < 64; ++i)
        many.dependencies[0].gauges.push_back({"g" + std::to_string(i), 1, 1, 1, 2, true});
    const auto line = line_of(embedded_metrics(many), 0);
    const auto& directive = line.at("_aws").at("CloudWatchMetrics").at(0).as_object();
    EXPECT_EQ(directive.at("Metrics").as_array().size(), 100U);
    EXPECT_EQ(directive.at("Dimensions"), (boost::json::array{boost::json::array{"dependency"}}));
}

}  // namespace
}  // namespace plumb::agent
