#include "agent/run/metrics/emf.hpp"

#include "tests/unit/agent/metrics_window.hpp"

#include <array>

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace plumb::agent {
namespace {

using test::window;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

std::vector<Kind> kinds() {
    Kind kind{"postgres", {}, {}, true, nullptr};
    kind.catalog.gauges = {
        {"postgres.connections", "connections", "", true}, {"postgres.database_size", "bytes", "", false},
        {"postgres.oldest_transaction", "s", "", false},   {"postgres.ops", "1/s", "", false},
        {"postgres.hit_ratio", "ratio", "", false},        {"listeners.N.queue", "connections", "", true}};
    return {kind};
}

std::string metrics_of(const Window& window) {
    const auto known = kinds();
    return embedded_metrics(window, known);
}

boost::json::object line_of(const std::string& text, std::size_t number) {
    std::size_t at = 0;
    for (; number > 0; --number)
        at = text.find('\n', at) + 1;
    return boost::json::parse(text.substr(at, text.find('\n', at) - at)).as_object();
}

TEST(EmbeddedMetrics, each_dependency_is_a_line_that_cloudwatch_takes) {
    const auto text = metrics_of(window(10, 1));
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

std::map<std::string, std::string> units_of(const boost::json::object& line) {
    std::map<std::string, std::string> units;
    for (const auto& metric : line.at("_aws").at("CloudWatchMetrics").at(0).at("Metrics").as_array())
        units[std::string(metric.at("Name").as_string())] = metric.at("Unit").as_string();
    return units;
}

TEST(EmbeddedMetrics, more_metrics_than_a_line_may_hold_are_further_lines) {
    auto many = window(10, 0);
    many.labels.clear();
    many.dependencies[0].phases.clear();
    for (int i = 0; i < 64; ++i)
        many.dependencies[0].gauges.push_back({"g" + std::to_string(i), 1, 1, 1, 2, true});
    const auto text = metrics_of(many);
    std::size_t metrics = 0;
    for (const std::size_t number : {0U, 1U}) {
        const auto line = line_of(text, number);
        const auto& directive = line.at("_aws").at("CloudWatchMetrics").at(0).as_object();
        EXPECT_EQ(line.at("dependency"), "database");
        EXPECT_EQ(directive.at("Dimensions"), (boost::json::array{boost::json::array{"dependency"}}))
            << "no empty one";
        EXPECT_LE(directive.at("Metrics").as_array().size(), 100U);
        metrics += directive.at("Metrics").as_array().size();
    }
    EXPECT_EQ(metrics, 3U + 2U * 65U);
    EXPECT_EQ(line_of(text, 2).at("dependency"), "task");
}

TEST(EmbeddedMetrics, dimensions_and_names_are_ascii_and_stay_apart) {
    auto odd = window(10, 0);
    odd.labels = {{"environment",
                   "pr\xc3\xb6"
                   "d"},
                  {"service", ":50%\n"}};
    odd.dependencies[0].gauges[0].name = "sockets.caf\xc3\xa9.connections";
    const auto text = metrics_of(odd);
    for (const char c : text)
        EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
    const auto line = line_of(text, 0);
    EXPECT_EQ(line.at("environment"), "pr%C3%B6d");
    EXPECT_EQ(line.at("service"), "%3A50%25%0A");
    EXPECT_TRUE(line.contains("sockets.caf%C3%A9.connections"));
}

TEST(EmbeddedMetrics, gauges_have_the_units_of_the_catalog) {
    auto measured = window(10, 0);
    for (const char* name : {"postgres.database_size", "postgres.oldest_transaction", "postgres.ops",
                             "postgres.hit_ratio", "unknown"})
        measured.dependencies[0].gauges.push_back({name, 0, 0, 0.5, {}, false});
    const auto line = line_of(metrics_of(measured), 0);
    const auto units = units_of(line);
    EXPECT_EQ(units.at("postgres.connections"), "Count");
    EXPECT_EQ(units.at("postgres.connections.percent"), "Percent");
    EXPECT_EQ(units.at("postgres.database_size"), "Bytes");
    EXPECT_EQ(units.at("postgres.oldest_transaction"), "Seconds");
    EXPECT_EQ(units.at("postgres.ops"), "Count/Second");
    EXPECT_EQ(units.at("postgres.hit_ratio"), "None");
    EXPECT_EQ(units.at("unknown"), "None");
    EXPECT_EQ(line.at("postgres.hit_ratio"), 0.5);
}

// Each port would be a metric more that CloudWatch bills.
TEST(EmbeddedMetrics, of_listeners_the_fullest_goes_without_its_port) {
    auto listening = window(10, 0);
    listening.dependencies[0].gauges = {{"listeners.8080.queue", 0, 0, 4, 128, true},
                                        {"listeners.9000.queue", 0, 0, 3, 5, true},
                                        {"listeners.18011.queue", 0, 0, 100, 4096, true}};
    const auto text = metrics_of(listening);
    const auto line = line_of(text, 0);
    EXPECT_EQ(line.at("listeners.queue"), 3);
    EXPECT_EQ(line.at("listeners.queue.percent"), 60);
    EXPECT_EQ(units_of(line).at("listeners.queue"), "Count");
    EXPECT_THAT(text, Not(HasSubstr("18011")));
}

}  // namespace
}  // namespace plumb::agent
