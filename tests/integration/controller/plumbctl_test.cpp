// plumbctl as CI runs it: exit codes and where each word goes.
#include "model/window_json.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/support/bash_completion.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/windows.hpp"
#include "tests/unit/ctl/saved_check.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using test::plumbctl;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> gate_at(const std::string& address) {
    return {"gate", "--controller", address, "--baseline", "staging", "--candidate", "production"};
}

TEST(Plumbctl, nobody_at_the_address_is_exit_4_and_says_what_to_check) {
    const test::RefusingPort nobody;
    const std::string address = "127.0.0.1:" + std::to_string(nobody.port());
    for (const char* command : {"gate", "compare"}) {
        auto arguments = gate_at(address);
        arguments[0] = command;
        const auto result = plumbctl(arguments);
        EXPECT_EQ(result.exit_code, 4);
        EXPECT_THAT(result.output, IsEmpty());
        EXPECT_THAT(result.errors, HasSubstr(address));
        EXPECT_THAT(result.errors, HasSubstr("check that plumb-controller serves there"));
    }
    EXPECT_EQ(plumbctl({"fleet", "--controller", address}).exit_code, 4);
}

TEST(Plumbctl, a_controller_that_does_not_answer_is_exit_4_after_the_timeout) {
    const test::FullQueueListener hanging;
    auto arguments = gate_at("127.0.0.1:" + std::to_string(hanging.port()));
    arguments.insert(arguments.end(), {"--timeout", "300ms"});
    const auto result = plumbctl(arguments);
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_THAT(result.errors, HasSubstr("within 300 ms"));
}

TEST(Plumbctl, wrong_usage_is_exit_2) {
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {},
             {"gat"},
             {"gate"},
             {"gate", "--baseline", "staging"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--format", "xml"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--since", "15"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--since", "0s"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--no-such-flag"},
             {"gate", "--baseline", "zone=", "--candidate", "="},
             {"gate", "--baseline", "staging", "--candidate", "production", "--policy", "/no/such/file"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--token-file", "/no/such/file"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--tls-ca", "/no/such/file"},
             {"gate", "--baseline", "staging", "--candidate", "production", "--tls-cert", "/no/such/file"},
             {"judge", "--baseline", "/no/such/file", "--candidate", "/no/such/file"},
             {"accept", "--baseline", "staging", "--candidate", "production"},
             {"diff", "one"},
             {"diff", "/no/such/a", "/no/such/b"},
             {"fleet", "--format", "markdown"}}) {
        const auto result = plumbctl(arguments);
        EXPECT_EQ(result.exit_code, 2) << testing::PrintToString(arguments) << result.output << result.errors;
        EXPECT_THAT(result.errors + result.output, testing::Not(IsEmpty()));
    }
}

TEST(Plumbctl, a_usage_error_names_the_command_and_its_help) {
    EXPECT_EQ(plumbctl({"diff", "one"}).errors, "plumbctl diff: B is required; run plumbctl diff --help\n");
    EXPECT_THAT(plumbctl({}).errors, testing::EndsWith("; run plumbctl --help\n"));
    EXPECT_THAT(plumbctl({"diff", "/no/such/a", "/no/such/b"}).errors,
                testing::StartsWith("plumbctl diff: /no/such/a"));
    EXPECT_THAT(plumbctl({"diff", "--help"}).output, HasSubstr("Equal outputs print nothing"));
    EXPECT_THAT(plumbctl({"fleet", "--stroe=postgres://app:hunter2@db/x"}).errors,
                testing::AllOf(testing::StartsWith("plumbctl fleet: "), testing::Not(HasSubstr("hunter2"))));
}

TEST(Plumbctl, an_address_that_is_none_is_a_usage_error_that_says_what_would_be_right) {
    for (const char* address : {"", "plumb.internal", "127.0.0.1:99999", "http://127.0.0.1:7443"}) {
        const auto result = plumbctl(gate_at(address));
        EXPECT_EQ(result.exit_code, 2) << address;
        EXPECT_THAT(result.errors, HasSubstr("plumb.internal:7443"));
    }
}

TEST(Plumbctl, a_token_that_no_header_can_carry_is_a_usage_error_and_shown_nowhere) {
    const test::TempDir folder;
    for (const char* token : {"secret-token\nsecond-line", "secret-token-\xC3\xA9", "secret token"}) {
        const auto by_variable =
            plumbctl(gate_at("127.0.0.1:1"), {std::string("PLUMB_TOKEN=") + token, "GRPC_VERBOSITY=DEBUG"});
        EXPECT_EQ(by_variable.exit_code, 2) << by_variable.errors;
        EXPECT_THAT(by_variable.errors, HasSubstr("PLUMB_TOKEN: "));
        EXPECT_THAT(by_variable.errors, testing::Not(HasSubstr("secret")));
        auto arguments = gate_at("127.0.0.1:1");
        arguments.insert(arguments.end(), {"--token-file", folder.write("token", token)});
        const auto by_file = plumbctl(arguments);
        EXPECT_EQ(by_file.exit_code, 2) << by_file.errors;
        EXPECT_THAT(by_file.errors, testing::Not(HasSubstr("secret")));
    }
}

TEST(Plumbctl, a_pem_file_that_is_none_is_named) {
    const test::TempDir folder;
    const auto nonsense = folder.write("ca.pem", "nothing\n");
    auto arguments = gate_at("127.0.0.1:1");
    arguments.insert(arguments.end(), {"--tls-ca", nonsense});
    const auto result = plumbctl(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.errors, HasSubstr("--tls-ca " + nonsense));
}

TEST(Plumbctl, help_and_version_are_exit_0) {
    EXPECT_THAT(plumbctl({"--help"}).output, HasSubstr("gate"));
    const auto help = plumbctl({"gate", "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, HasSubstr("Exit codes: 0 promote"));
    EXPECT_THAT(plumbctl({"version"}).output, HasSubstr("plumbctl "));
    EXPECT_EQ(plumbctl({"--version"}).exit_code, 0);
}

TEST(Plumbctl, its_completions_are_tried_by_bash) {
    const test::TempDir folder;
    folder.write("staging.json", "");
    const auto completed = [&](const std::vector<std::string>& words) {
        const auto program = test::program_of_this_build("plumbctl");
        return test::completed_by_bash(folder.path(), "<('" + program + "' completion bash)", words);
    };
    EXPECT_THAT(completed({"plumbctl", "di"}), ElementsAre("diff"));
    EXPECT_THAT(completed({"plumbctl", "diff", "st"}), ElementsAre("staging.json"));
    EXPECT_THAT(completed({"plumbctl", "diff", "--p"}), ElementsAre("--policy"));
    EXPECT_THAT(completed({"plumbctl", "gate", "--format", "mark"}), ElementsAre("markdown"));
}

class JudgeTest : public testing::Test {
  protected:
    std::string windows(const std::string& name, const std::string& environment,
                        const WindowDependency& dependency) {
        std::string lines;
        for (const char* task : {"t1", "t2", "t3"}) {
            for (std::uint64_t i = 1; i <= 6; ++i) {
                lines += to_json_line(
                    test::window_of(environment + task, i, test::labels_of(environment, task), dependency));
                lines += "\n";
            }
        }
        return folder.write(name, lines);
    }
    static test::Finished judge(const std::string& a, const std::string& b,
                                std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"judge", "--baseline", a, "--candidate", b};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return plumbctl(arguments);
    }
    test::TempDir folder;
};

TEST_F(JudgeTest, files_are_judged_as_the_gate_would) {
    const auto staging = windows("a.jsonl", "staging", test::healthy_dependency());
    const auto production = windows("b.jsonl", "production", test::failing_dependency());
    const auto held = judge(staging, production, {"--format", "json"});
    EXPECT_EQ(held.exit_code, 1) << held.output << held.errors;
    EXPECT_EQ(boost::json::parse(held.output).at("findings").at(0).at("cause").as_string(), "tcp.timeout");
    const auto promoted = judge(staging, windows("c.jsonl", "production", test::healthy_dependency()));
    EXPECT_EQ(promoted.exit_code, 0) << promoted.output << promoted.errors;
    EXPECT_EQ(judge(staging, production, {"--service", "another"}).exit_code, 3);
}

TEST_F(JudgeTest, an_empty_file_is_insufficient_evidence) {
    const auto staging = windows("a.jsonl", "staging", test::healthy_dependency());
    EXPECT_EQ(judge(staging, folder.write("empty.jsonl", "")).exit_code, 3);
}

TEST_F(JudgeTest, a_line_that_is_no_window_is_named_and_an_unfinished_one_passed_over) {
    const auto staging = windows("a.jsonl", "staging", test::healthy_dependency());
    const auto whole = test::read_whole(windows("b.jsonl", "production", test::healthy_dependency()));
    const auto broken = judge(staging, folder.write("broken.jsonl", whole + "nonsense\n"));
    EXPECT_EQ(broken.exit_code, 2);
    EXPECT_THAT(broken.errors, HasSubstr("broken.jsonl:19"));
    const auto growing = judge(staging, folder.write("growing.jsonl", whole + whole.substr(0, 100)));
    EXPECT_EQ(growing.exit_code, 0) << growing.errors;
}

TEST(PlumbctlDiff, names_what_differs_and_is_silent_about_the_rest) {
    const test::TempDir folder;
    auto other = test::SavedOutcome{};
    other.address = "10.9.9.9:6432";
    other.total_us = 99999;
    const auto a = folder.write("a.json", test::saved_check({{}}));
    const auto same = plumbctl({"diff", a, folder.write("b.json", test::saved_check({other}))});
    EXPECT_EQ(same.exit_code, 0);
    EXPECT_EQ(same.output + same.errors, "");
    other.failure = test::failure_json("connect", "tcp.timeout");
    const std::string session =
        "Starting session with SessionId: x\r\n# plumb-agent check --format json\r\n" +
        test::saved_check({other}) + "\r\n# ";
    const auto b = folder.write("c.txt", session);
    const auto different = plumbctl({"diff", a, b});
    EXPECT_EQ(different.exit_code, 1);
    EXPECT_THAT(different.output, HasSubstr("tcp.timeout"));
    EXPECT_THAT(plumbctl({"diff", a, b, "--format", "markdown"}).output,
                HasSubstr("| critical | database | connect"));
    const auto json = boost::json::parse(plumbctl({"diff", "--format", "json", a, b}).output);
    EXPECT_EQ(json.at("findings").at(0).at("layer").as_string(), "connect");
}

TEST(PlumbctlDiff, a_file_without_a_check_is_exit_2_and_named) {
    const test::TempDir folder;
    const auto a = folder.write("a.json", test::saved_check({{}}));
    const auto b = folder.write("b.txt", "command not found\n");
    const auto result = plumbctl({"diff", a, b});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.errors, HasSubstr("b.txt"));
    EXPECT_EQ(plumbctl({"diff", a, "/dev/zero"}).exit_code, 2);
    EXPECT_EQ(plumbctl({"diff", a, folder.path().string()}).exit_code, 2);
}

}  // namespace
}  // namespace plumb
