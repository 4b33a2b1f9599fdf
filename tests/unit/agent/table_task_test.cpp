// The task's own block on top of the table.
#include "agent/check/table.hpp"
#include "base/text.hpp"
#include "probes/task/facts.hpp"
#include "tests/unit/agent/outcomes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr double kMebi = 1024.0 * 1024;

class TaskBlock : public testing::Test {
  protected:
    TaskBlock() {
        Kind kind{};
        kind.name = "task";
        kind.catalog.gauges = {{"task.memory", "bytes", "", true},
                               {"task.descriptors", "descriptors", "", true}};
        kinds_.push_back(std::move(kind));
        options_.kinds = kinds_;
        options_.task = &look_;
        options_.task_name = "orders";
        look_.evidence.gauge("task.descriptors", 41, 1024, true);
        look_.evidence.gauge("task.memory", 212 * kMebi, 512 * kMebi, true);
        look_.evidence.gauge("task.cpu", 0.5, 1.0);
    }

    std::string text() const { return render_table({test::good()}, options_); }

    std::vector<Kind> kinds_;
    task::Look look_;
    TableOptions options_;
};

TEST_F(TaskBlock, a_task_without_trouble_takes_one_line) {
    EXPECT_THAT(text(),
                StartsWith("✓ task  orders  memory 212 of 512 Mi · descriptors 41 of 1024 · no trouble\n"
                           "\n✓ cache  redis"));
}

TEST_F(TaskBlock, the_line_holds_no_more_than_fits) {
    options_.terminal = Terminal(false, 60);
    EXPECT_THAT(text(), StartsWith("✓ task  orders  memory 212 of 512 Mi · no trouble\n"));
}

TEST_F(TaskBlock, a_task_of_which_nothing_is_known_takes_none) {
    look_.evidence.gauges.clear();
    EXPECT_THAT(text(), StartsWith("✓ cache"));
    options_.task = nullptr;
    EXPECT_THAT(text(), StartsWith("✓ cache"));
}

TEST_F(TaskBlock, a_failed_check_a_missing_variable_and_a_tight_limit_stand_on_top) {
    look_.checks = {{"memory", Cause::task_oom_killed, true, "2 processes were killed"},
                    {"sockets", Cause::unknown, false, ""}};
    look_.evidence.fact("env.DATABASE_URL", FactClass::required, kMissing);
    look_.evidence.gauge("task.memory", 500 * kMebi, 512 * kMebi, true);
    look_.evidence.fact("task.memory_sizing", FactClass::informational, "peak 498 MiB; the limit is 512 MiB");
    const auto page = text();
    EXPECT_THAT(
        page, StartsWith("✗ task  orders                                                2 things are wrong\n"
                         "    cause   task.oom_killed: "));
    EXPECT_THAT(page, HasSubstr("    detail  2 processes were killed\n    reason  "));
    EXPECT_THAT(page, HasSubstr("\n    missing required variable DATABASE_URL is not set\n"));
    EXPECT_THAT(page, HasSubstr("\n    task.memory                  ████████████████████ 500 of 512 Mi\n"
                                "    sizing  peak 498 MiB; the limit is 512 MiB\n"));
    EXPECT_THAT(page, Not(HasSubstr("task.descriptors")));
    EXPECT_THAT(page, HasSubstr("In full: plumb-agent explain task.oom_killed"));
    options_.wrap_result = true;  // as on a terminal; in a pipe it is one line
    const auto wrapped = text();
    for (const auto line : split(wrapped, '\n'))
        EXPECT_LE(display_width(line), 80U) << line;
}

TEST_F(TaskBlock, connections_that_stand_in_close_wait_are_worth_a_look) {
    look_.evidence.gauge("sockets.db.close_wait", 10);
    const auto page = text();
    EXPECT_THAT(page, StartsWith("! task  orders "));
    EXPECT_THAT(page, HasSubstr(" worth a look\n    note    10 connections to db stand in CLOSE_WAIT: "));
    EXPECT_THAT(page, Not(HasSubstr("cause")));
}

TEST_F(TaskBlock, a_look_that_was_not_over_in_time_is_no_clean_bill) {
    look_.evidence.fact(task::kLook, task::kLookTooSlow);
    EXPECT_THAT(text(),
                StartsWith("! task  orders  the look was not over in time: the processor is busy, or a file\n"
                           "    system does not answer\n\n✓ cache"));
    EXPECT_THAT(text(), Not(HasSubstr("no trouble")));
    EXPECT_THAT(text(),
                EndsWith("Result: the one dependency is ok. The task itself: the look was not over in "
                         "time.\n"));
    look_.evidence.gauges.clear();
    options_.terminal = Terminal(true, 80);
    EXPECT_THAT(text(), StartsWith("\x1b[33m! task  orders  the look was not over in time"));
    look_.checks = {{"memory", Cause::task_oom_killed, true, "2 processes were killed"}};
    EXPECT_THAT(text(), HasSubstr("the look was not over in time"));
    EXPECT_THAT(text(), HasSubstr("task.oom_killed"));
}

TEST_F(TaskBlock, a_look_that_was_interrupted_is_not_laid_at_the_processors_door) {
    look_.evidence.fact(task::kLook, task::kLookInterrupted);
    options_.interrupted = true;
    EXPECT_THAT(text(),
                StartsWith("! task  orders  the look was not over when the check was interrupted\n\n"));
    EXPECT_THAT(text(), HasSubstr("The task itself: the look was not over when the check was interrupted."));
    EXPECT_THAT(text(), Not(HasSubstr("processor")));
    look_.evidence.fact(task::kLook, task::kLookTooSlow);  // before anybody interrupted anything
    EXPECT_THAT(text(), Not(HasSubstr("when the check was interrupted")));
}

TEST_F(TaskBlock, the_last_line_speaks_of_the_tasks_own_trouble) {
    look_.checks = {{"memory", Cause::task_oom_killed, true, "2 processes were killed"}};
    look_.evidence.fact("env.DATABASE_URL", FactClass::required, kMissing);
    look_.evidence.fact("env.CACHE_URL", FactClass::required, kMissing);
    EXPECT_THAT(text(), EndsWith("\nResult: the one dependency is ok. The task itself: 3 things are wrong "
                                 "(required variables, memory).\n"));
    look_.checks.clear();
    look_.evidence.facts.clear();
    look_.evidence.gauge("task.descriptors", 1000, 1024, true);
    EXPECT_THAT(text(), EndsWith(" The task itself: near its limits (descriptors).\n"));
    look_.evidence.gauge("task.descriptors", 41, 1024, true);
    EXPECT_THAT(text(), EndsWith("\nResult: the one dependency is ok.\n"));
}

TEST_F(TaskBlock, a_busy_task_is_told_once_when_most_runs_met_it) {
    auto busy = test::good();
    busy.suspect = true;
    auto other = busy;
    other.dependency = "search";
    const auto page = render_table({busy, other, test::good("calm")}, options_);
    EXPECT_THAT(page,
                StartsWith("! task  orders  was busy or throttled in 2 of 3 runs; durations may be its own\n"
                           "\n✓ cache"));
    EXPECT_THAT(page, HasSubstr("busy · 914 µs\n"));
    EXPECT_THAT(page, Not(HasSubstr("    suspect ")));
    const auto few = render_table({busy, test::good("calm"), test::good("other")}, options_);
    EXPECT_THAT(few, HasSubstr("    suspect this task was busy or throttled"));
    EXPECT_THAT(few, HasSubstr("no trouble\n"));
    EXPECT_THAT(few, HasSubstr("busy · 914 µs\n"));
}

TEST_F(TaskBlock, near_a_limit_is_no_failure) {
    look_.evidence.gauge("task.descriptors", 900, 1024, true);
    const auto page = text();
    EXPECT_THAT(
        page,
        StartsWith("! task  orders                                                   near its limits\n"));
    EXPECT_THAT(page, Not(HasSubstr("sizing")));
    options_.terminal = Terminal(true, 80);
    EXPECT_THAT(text(), HasSubstr("\x1b[33m██████████████████░░\x1b[0m"));
    look_.evidence.gauge("task.descriptors", 1000, 1024, true);
    EXPECT_THAT(text(), HasSubstr("\x1b[31m████████████████████\x1b[0m"));
}

TEST_F(TaskBlock, many_missing_variables_are_counted) {
    for (int i = 0; i < 20; ++i)
        look_.evidence.fact("env.V" + std::to_string(i), FactClass::required, kMissing);
    EXPECT_THAT(text(), HasSubstr("    and 14 more: see them with --verbose\n"));
    options_.verbose = true;
    EXPECT_THAT(text(), HasSubstr("required variable V19 is not set"));
}

TEST_F(TaskBlock, verbose_shows_all_of_it) {
    options_.verbose = true;
    look_.checks = {{"memory", Cause::unknown, false, ""}};
    look_.evidence.fact("image.packages", FactClass::must_match, "91: 0f3a");
    look_.evidence.fact("image.packages.list.0", FactClass::informational, "bash 5.2;coreutils 9.1;");
    look_.evidence.fact("image.packages.list.1", FactClass::informational, "zlib 1.3;");
    look_.evidence.fact("task.other_variables.list.0", FactClass::informational,
                        "~0LOG_FORMAT~k3fq;4LEVEL~9w2c;…");
    const auto page = text();
    EXPECT_THAT(page, StartsWith("✓ task  orders"));
    EXPECT_THAT(page, HasSubstr("no trouble\n"));
    // The long list comes after what is asked for.
    EXPECT_LT(page.find("✓ cache"), page.find("- task  orders"));
    EXPECT_LT(page.find("- task  orders"), page.find("    image.packages"));
    EXPECT_THAT(page, HasSubstr("    task.cpu                     ██████████░░░░░░░░░░ 0.5 of 1\n"));
    EXPECT_THAT(page, HasSubstr("    checks: memory ok\n"));
    EXPECT_THAT(page, HasSubstr("    image.packages               91: 0f3a\n"));
    EXPECT_THAT(page, HasSubstr("    image.packages.list          bash 5.2, coreutils 9.1, zlib 1.3\n"));
    EXPECT_THAT(page, HasSubstr("    task.other_variables.list    LOG_FORMAT, LOG_LEVEL, …\n"));
}

}  // namespace
}  // namespace plumb::agent
