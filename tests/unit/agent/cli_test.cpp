#include "agent/cli.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Command parse(std::vector<const char*> words) {
    words.insert(words.begin(), "plumb-agent");
    static const std::array<Kind, 2> kinds{
        Kind{.name = "toy",
             .schemes = {{"toy", 1}},
             .options = {},
             .make = {},
             .catalog =
                 {{}, {}, {{"toy.colour", FactClass::must_match, "its colour"}}, {{"toy.speed", "1/s", ""}}}},
        Kind{.name = "doll", .schemes = {{"doll", 1}, {"dolls", 2, true}}, .options = {}, .make = {}}};
    return parse_command_line(static_cast<int>(words.size()), words.data(), kinds);
}

Say refusal(std::vector<const char*> words) {
    auto command = parse(std::move(words));
    const auto* say = std::get_if<Say>(&command);
    return say != nullptr ? *say : Say{"(accepted)", kOk};
}

TEST(Cli, check_takes_all_its_flags) {
    const auto command = parse(
        {"check",       "--target", "a=tcp://x:1", "--target",  "b=env:B",       "--only",    "a",
         "--timeout",   "500ms",    "--repeat",    "20",        "--concurrency", "3",         "--resolver",
         "10.0.0.2:53", "--format", "json",        "--verbose", "--config",      "plumb.yaml"});
    const auto& options = std::get<CheckOptions>(command);
    EXPECT_THAT(options.targets, ElementsAre("a=tcp://x:1", "b=env:B"));
    EXPECT_THAT(options.only, ElementsAre("a"));
    EXPECT_EQ(options.timeout, std::chrono::milliseconds(500));
    EXPECT_EQ(options.repeat, 20U);
    EXPECT_EQ(options.concurrency, 3U);
    EXPECT_THAT(options.resolvers, ElementsAre("10.0.0.2:53"));
    EXPECT_TRUE(options.json);
    EXPECT_TRUE(options.verbose);
    EXPECT_EQ(options.config, "plumb.yaml");
}

TEST(Cli, watch_pauses_two_seconds_or_as_long_as_it_is_told) {
    using namespace std::chrono_literals;
    EXPECT_EQ(std::get<CheckOptions>(parse({"check"})).watch, std::nullopt);
    EXPECT_EQ(std::get<CheckOptions>(parse({"check", "--watch"})).watch, 2s);
    EXPECT_EQ(std::get<CheckOptions>(parse({"check", "--watch", "--verbose"})).watch, 2s);
    EXPECT_EQ(std::get<CheckOptions>(parse({"check", "--watch", "500ms"})).watch, 500ms);
    EXPECT_EQ(std::get<CheckOptions>(parse({"check", "--watch=1m", "--only", "a"})).watch, 1min);
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"check", "--watch", "5"},
                                               {"check", "--watch", "1ms"},
                                               {"check", "--watch", "2h"},
                                               {"check", "--watch", "--repeat", "3"},
                                               {"check", "--repeat", "1", "--watch", "5s"}}) {
        EXPECT_EQ(refusal(words).code, kUsage);
    }
    EXPECT_THAT(refusal({"check", "--watch", "2h"}).text, HasSubstr("from 100ms to 1h"));
    EXPECT_THAT(
        refusal({"check", "--watch", "--repeat", "3"}).text,
        HasSubstr("--watch and --repeat do not go together: each round of --watch runs every target once"));
}

TEST(Cli, completion_prints_a_script_that_knows_options_causes_and_kinds) {
    const auto say = refusal({"completion", "bash"});
    EXPECT_EQ(say.code, kOk);
    for (const char* word : {"plumb-agent", "--watch", "table json", "tcp.timeout", "doll", "completion",
                             "toy.colour", "toy.speed"})
        EXPECT_THAT(say.text, HasSubstr(word));
    EXPECT_EQ(refusal({"completion"}).code, kUsage);
    EXPECT_EQ(refusal({"completion", "tcsh"}).code, kUsage);
    for (const char* shell : {"zsh", "fish"})
        EXPECT_THAT(refusal({"completion", shell}).text, HasSubstr("watch"));
}

TEST(Cli, the_other_commands_take_theirs) {
    const auto run = std::get<RunOptions>(parse({"run", "--config", "f", "--once", "--output", "-"}));
    EXPECT_TRUE(run.once);
    EXPECT_EQ(run.output, "-");
    EXPECT_EQ(std::get<ValidateOptions>(parse({"validate", "--config", "f"})).config, "f");
    EXPECT_EQ(std::get<ExplainOptions>(parse({"explain", "28P01"})).cause, "28P01");
    EXPECT_EQ(std::get<ExplainOptions>(parse({"explain"})).cause, "");
    EXPECT_EQ(std::get<HealthOptions>(parse({"health", "--pid", "7"})).pid, 7);
    EXPECT_TRUE(std::holds_alternative<VersionOptions>(parse({"version"})));
    EXPECT_TRUE(std::holds_alternative<VersionOptions>(parse({"--version"})));
}

TEST(Cli, help_teaches_by_example_and_is_no_error) {
    for (const char* command : {"check", "run", "validate", "health", "explain", "completion"}) {
        const auto say = refusal({command, "--help"});
        EXPECT_EQ(say.code, kOk) << command;
        EXPECT_THAT(say.text, HasSubstr("Examples:")) << command;
        EXPECT_THAT(say.text, HasSubstr("Exit codes:")) << command;
    }
    EXPECT_THAT(refusal({"--help"}).text, HasSubstr("plumb-agent check"));
    EXPECT_THAT(refusal({"check", "--help"}).text, HasSubstr("Kinds of targets: toy, doll(s);"));
}

TEST(Cli, bad_usage_is_2_and_says_what_would_be_right) {
    EXPECT_EQ(
        refusal({}).text,
        "plumb-agent: give a command: check, run, validate, health, explain, completion or version\nSee "
        "plumb-agent --help");
    EXPECT_EQ(refusal({"chek"}).text,
              "plumb-agent: 'chek' was not expected; did you mean 'check'?\nSee plumb-agent --help");
    EXPECT_EQ(refusal({"check", "--repaet", "3"}).text,
              "plumb-agent check: '--repaet' was not expected; did you mean '--repeat'?\nSee plumb-agent "
              "check --help");
    EXPECT_THAT(refusal({"run"}).text, HasSubstr("--config is required"));
    EXPECT_THAT(refusal({"check", "--repeat", "0"}).text, StartsWith("plumb-agent check: "));
    EXPECT_THAT(refusal({"check", "--timeout", "5"}).text, HasSubstr("--timeout: '5' has no unit; write 5s"));
    EXPECT_THAT(refusal({"check", "--timeout", "1h"}).text, HasSubstr("from 1ms to 5m"));
    EXPECT_THAT(refusal({"check", "--format", "xml"}).text, HasSubstr("--format"));
    for (const auto& words : std::vector<std::vector<const char*>>{{},
                                                                   {"chek"},
                                                                   {"check", "--repaet"},
                                                                   {"run"},
                                                                   {"check", "--repeat", "0"},
                                                                   {"check", "--repeat", "x"},
                                                                   {"check", "--timeout", "5"},
                                                                   {"check", "--format", "xml"},
                                                                   {"check", "extra"},
                                                                   {"check", "--target"},
                                                                   {"validate"},
                                                                   {"health", "--pid", "-1"},
                                                                   {"explain", "a", "b"},
                                                                   {"check", "run"}}) {
        EXPECT_EQ(refusal(words).code, kUsage);
    }
}

TEST(Cli, a_process_id_that_cannot_be_is_refused_in_a_few_words) {
    EXPECT_EQ(refusal({"health", "--pid", "0"}).text,
              "plumb-agent health: --pid: a process id is a whole number from 1 on\n"
              "See plumb-agent health --help");
}

TEST(Cli, a_url_in_the_wrong_place_does_not_show_its_password) {
    for (const auto& words :
         std::vector<std::vector<const char*>>{{"check", "postgres://app:hunter2@db/x"},
                                               {"check", "--traget=postgres://app:hunter2@db/x"},
                                               {"check", "--repeat", "postgres://app:hunter2@db/x"},
                                               {"check", "--format", "postgres://app:hunter2@db/x"},
                                               {"check", "--timeout", "postgres://app:hunter2@db/x"},
                                               {"check", "postgres:/app:hunter2@db/x"},
                                               {"check", "--format", "postgres:/app:hunter2@db/x"},
                                               {"postgres://app:hunter2@db/x"}}) {
        const auto say = refusal(words);
        EXPECT_EQ(say.code, kUsage);
        EXPECT_THAT(say.text, Not(HasSubstr("hunter2")));
    }
    EXPECT_THAT(refusal({"check", "--traget=postgres://app:hunter2@db/x"}).text,
                HasSubstr("'--traget=postgres://***' was not expected; did you mean '--target'?"));
}

}  // namespace
}  // namespace plumb::agent
