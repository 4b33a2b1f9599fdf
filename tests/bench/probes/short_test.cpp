// The benches work: every one runs, and its figures are sane. Whether targets are met is not asked here,
// since a busy machine would answer.
#include "tests/support/child_process.hpp"

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace plumb {
namespace {

std::string bench() {
    const char* build = std::getenv("PLUMB_BUILD_DIR");
    return std::string(build != nullptr ? build : ".") + "/plumb-bench-probes";
}

test::Finished run(std::vector<std::string> words) {
    words.insert(words.begin(), bench());
    return test::run_command(words, {}, std::chrono::minutes(3));
}

boost::json::object measured(const std::string& name) {
    const auto finished = run({"--short", "--json", "--only", name});
    EXPECT_EQ(finished.exit_code, 0) << finished.errors;
    boost::system::error_code error;
    auto value = boost::json::parse(finished.output, error);
    EXPECT_FALSE(error) << finished.output;
    return value.is_object() ? value.as_object() : boost::json::object{};
}

// Name → what is judged of it; each is a number that could be true.
std::map<std::string, double> figures_of(const boost::json::object& report) {
    std::map<std::string, double> figures;
    for (const auto& each : report.at("figures").as_array()) {
        const auto& figure = each.as_object();
        const auto* ratio = figure.if_contains("ratio");
        const double value = (ratio != nullptr ? *ratio : figure.at("ours")).to_number<double>();
        EXPECT_TRUE(std::isfinite(value)) << figure;
        EXPECT_EQ(figure.if_contains("met"), nullptr) << "a short run judges nothing";
        figures[std::string(figure.at("name").as_string())] = value;
    }
    return figures;
}

std::string reason_to_skip(const boost::json::object& report) {
    const auto& skipped = report.at("skipped").as_array();
    return skipped.empty() ? std::string() : boost::json::serialize(skipped);
}

TEST(bench_probes, cost_stands_beside_the_exporter_and_bare_calls) {
    const auto report = measured("cost");
    const auto figures = figures_of(report);
    std::set<std::string> expected{"cpu.tcp/bare", "cpu.tls/bare"};
    if (reason_to_skip(report).empty())
        expected.insert({"cpu.tcp/exporter", "cpu.dns/exporter", "cpu.http/exporter", "cpu.tls/exporter"});
    for (const auto& name : expected) {
        ASSERT_TRUE(figures.contains(name)) << name;
        EXPECT_GT(figures.at(name), 0) << name;
    }
    if (const auto reason = reason_to_skip(report); !reason.empty()) GTEST_SKIP() << reason;
}

TEST(bench_probes, footprint_has_size_memory_and_time) {
    const auto figures = figures_of(measured("footprint"));
    EXPECT_GT(figures.at("size.agent"), 1e6);
    EXPECT_GT(figures.at("memory.50_targets"), 1);
    EXPECT_GT(figures.at("check.tcp"), 0.1);
}

TEST(bench_probes, deadlines_are_kept_and_memory_is_watched) {
    const auto report = measured("deadlines");
    if (const auto reason = reason_to_skip(report); !reason.empty()) GTEST_SKIP() << reason;
    const auto figures = figures_of(report);
    for (const auto* kind : {"tcp", "dns", "tls", "http", "postgres", "redis"}) {
        const auto name = "deadline." + std::string(kind) + "/p99";
        ASSERT_TRUE(figures.contains(name)) << name;
        EXPECT_LT(figures.at(name), 60'000) << name;
    }
    EXPECT_GE(figures.at("deadline.memory_growth"), 0);
}

TEST(bench_probes, the_wire_is_compared_for_each_phase) {
    const auto report = measured("wire");
    if (const auto reason = reason_to_skip(report); !reason.empty()) GTEST_SKIP() << reason;
    const auto figures = figures_of(report);
    for (const auto* what : {"connect", "dns", "first_byte", "handshake"}) {
        for (const auto* delay : {"5ms", "20ms"}) {
            const auto name = "wire." + std::string(what) + '/' + delay + "/median";
            ASSERT_TRUE(figures.contains(name)) << name;
            EXPECT_GE(figures.at(name), 0) << name;
        }
    }
}

TEST(bench_probes, usage_is_told) {
    EXPECT_EQ(run({"--only", "nonsense"}).exit_code, 2);
    EXPECT_EQ(run({"--nonsense"}).exit_code, 2);
    EXPECT_EQ(run({"--agent", "/nowhere/plumb-agent"}).exit_code, 2);
    EXPECT_EQ(run({"--help"}).exit_code, 0);
    const auto list = run({"--list"});
    EXPECT_EQ(list.exit_code, 0);
    for (const auto* name : {"cost", "footprint", "deadlines", "wire"})
        EXPECT_NE(list.output.find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace plumb
