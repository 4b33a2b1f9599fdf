#include "agent/run/metrics/board.hpp"
#include "tests/unit/agent/metrics_window.hpp"

#include <set>

#include <gmock/gmock.h>

namespace plumb::agent {
namespace {

using test::window;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

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
    // The looks at the task are no runs of a probe.
    for (const char* family : {"plumb_up", "plumb_runs_total", "plumb_runs_skipped_total"})
        EXPECT_THAT(text, Not(HasSubstr(std::string(family) + "{dependency=\"task\"")));
}

// The window as it is where the dependency cannot be reached, or its gauges were not asked for.
Window without_gauges(std::uint64_t runs, std::uint64_t failed) {
    auto out = window(runs, failed);
    out.dependencies[0].gauges.clear();
    return out;
}

TEST(MetricsBoard, the_gauges_of_a_dead_dependency_go_at_once) {
    MetricsBoard board;
    board.add(window(10, 0));
    board.add(without_gauges(0, 0));
    EXPECT_THAT(board.text("1"), HasSubstr("postgres.connections")) << "nobody asked";
    board.add(without_gauges(10, 10));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("postgres.connections")));
}

TEST(MetricsBoard, a_gauge_that_came_in_each_window_goes_after_three_without_it) {
    MetricsBoard board;
    board.add(window(10, 0));
    board.add(window(10, 0));
    for (int i = 0; i < 3; ++i)
        board.add(without_gauges(10, 0));
    EXPECT_THAT(board.text("1"), HasSubstr("postgres.connections"));
    board.add(without_gauges(10, 0));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("postgres.connections")));
}

// A look at the whole task comes every ten windows: what only it tells must not come and go.
TEST(MetricsBoard, what_comes_rarely_stays_until_it_is_overdue) {
    MetricsBoard board;
    for (int look = 0; look < 3; ++look) {
        board.add(window(10, 0));
        for (int i = 0; i < 9; ++i) {
            board.add(without_gauges(10, 0));
            EXPECT_THAT(board.text("1"), HasSubstr("postgres.connections")) << look << ' ' << i;
        }
    }
    for (int i = 0; i < 4; ++i)
        board.add(without_gauges(10, 0));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("postgres.connections")));
}

TEST(MetricsBoard, a_check_that_is_no_longer_made_goes) {
    MetricsBoard board;
    auto later = window(10, 0);
    later.dependencies[1].phases.pop_back();
    later.dependencies[1].failures.clear();
    board.add(window(10, 0));
    board.add(window(10, 0));
    for (int i = 0; i < 4; ++i)
        board.add(later);
    EXPECT_THAT(board.text("1"), Not(HasSubstr("check=\"memory\"")));
}

// The controller may pace log-ins down to one an hour; looks at the task have no such excuse.
TEST(MetricsBoard, without_any_run_gauges_stay_for_an_hour_and_those_of_the_task_do_not) {
    MetricsBoard board;
    auto first = window(10, 0);
    first.dependencies[1].gauges = {{"task.memory", 1, 1, 1, 2, true}};
    board.add(first);
    auto silent = without_gauges(0, 0);
    silent.dependencies[1].runs = 0;
    silent.dependencies[1].phases.clear();
    silent.dependencies[1].failures.clear();
    for (int i = 0; i < 13; ++i)
        board.add(silent);
    EXPECT_THAT(board.text("1"), HasSubstr("postgres.connections"));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("task.memory")));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("plumb_task_check{")));
    for (int i = 0; i < 120; ++i)
        board.add(silent);
    EXPECT_THAT(board.text("1"), Not(HasSubstr("postgres.connections")));
}

TEST(MetricsBoard, quantiles_are_of_the_latest_window_or_not_there) {
    MetricsBoard board;
    board.add(window(10, 0));
    EXPECT_THAT(board.text("1"), HasSubstr("quantile="));
    board.add(window(10, 10));
    const auto text = board.text("1");
    EXPECT_THAT(text, Not(HasSubstr("quantile=")));
    EXPECT_THAT(text, HasSubstr("plumb_phase_seconds_count{dependency=\"database\",phase=\"connect\"} 10\n"));
}

TEST(MetricsBoard, nothing_is_said_of_a_target_that_was_not_run_yet) {
    MetricsBoard board;
    board.add(without_gauges(0, 0));
    EXPECT_THAT(board.text("1"), Not(HasSubstr("plumb_up{")));
}

std::size_t count_of(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST(MetricsBoard, names_that_come_and_go_are_bounded_and_the_newest_are_there) {
    MetricsBoard board;
    for (int i = 0; i < 500; ++i) {
        auto each = window(10, 0);
        for (int port = 0; port < 60; ++port)
            each.dependencies[0].gauges.push_back(
                {"listeners." + std::to_string(60 * i + port) + ".queue", 0, 0, 0, 128, true});
        board.add(each);
    }
    const auto text = board.text("1");
    EXPECT_LE(count_of(text, "plumb_gauge{"), 2 * kMaxGauges);
    for (int port = 0; port < 60; ++port)
        EXPECT_THAT(text, HasSubstr("listeners." + std::to_string(60 * 499 + port) + ".queue"));
    EXPECT_THAT(text, HasSubstr("postgres.connections"));
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

}  // namespace
}  // namespace plumb::agent
