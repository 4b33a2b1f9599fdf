// The scripts are tried by the shells themselves: bash completes, zsh and fish only read them, where they are
// installed.
#include "base/completion.hpp"

#include "tests/support/bash_completion.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

// A command line of each sort: a choice, a file, a flag, a positional with words, and one whose help would
// end a quotation.
CompletionCommand sample() {
    static std::string text;
    static bool flag = false;
    CLI::App app("It's a tool", "tool-box");
    app.set_help_flag("-h,--help", "Print this help");
    auto* check = app.add_subcommand("check", "Don't `rm` [anything]: it's \"fine\" $(touch pwned)");
    check->add_option("--format", text, "as it's printed")->check(CLI::IsMember({"table", "json"}));
    check->add_option("--config", text, "a file: [YAML]");
    check->add_flag("-v,--verbose", flag, "more");
    check->add_option("--wait", text, "how long")->type_name("DURATION");
    auto* explain = app.add_subcommand("explain", "tell");
    explain->add_option("cause", text, "what");
    app.add_subcommand("diff", "two files")->add_option("A", text, "a saved check");
    std::string shell;
    add_completion_command(app, shell);
    auto top = describe_commands(app);
    for (auto& command : top.commands) {
        if (command.name == "explain") command.words = {"tcp.timeout", "tcp.refused", "$(touch pwned)"};
    }
    return top;
}

// What bash offers for these words, the last of which is being typed.
std::vector<std::string> completed(const test::TempDir& directory, const std::vector<std::string>& words) {
    directory.write("script", completion_script(sample(), Shell::bash));
    return test::completed_by_bash(directory.path(), "./script", words);
}

TEST(Completion, the_description_is_the_command_lines_own) {
    const auto top = sample();
    EXPECT_EQ(top.name, "tool-box");
    ASSERT_EQ(top.commands.size(), 4U);
    const auto& check = top.commands[0];
    EXPECT_EQ(check.name, "check");
    ASSERT_EQ(check.options.size(), 5U);
    EXPECT_THAT(check.options[0].names, ElementsAre("-h", "--help"));
    EXPECT_FALSE(check.options[0].takes_value);
    EXPECT_THAT(check.options[1].names, ElementsAre("--format"));
    EXPECT_TRUE(check.options[1].takes_value);
    EXPECT_THAT(check.options[1].choices, UnorderedElementsAre("table", "json"));
    EXPECT_TRUE(check.options[2].takes_value);
    EXPECT_TRUE(check.options[2].choices.empty());
    EXPECT_TRUE(check.options[2].takes_file);
    EXPECT_FALSE(check.options[3].takes_value);
    EXPECT_TRUE(check.options[4].takes_value);
    EXPECT_FALSE(check.options[4].takes_file);
    EXPECT_FALSE(check.takes_file);
    EXPECT_TRUE(top.commands[2].takes_file);
    EXPECT_THAT(top.commands[3].words, UnorderedElementsAre("bash", "zsh", "fish"));
}

TEST(Completion, bash_completes_commands_options_choices_words_and_files) {
    const test::TempDir directory;
    directory.write("plumb.yaml", "");
    directory.write("a file", "");
    EXPECT_THAT(completed(directory, {"tool-box", ""}),
                UnorderedElementsAre("check", "explain", "diff", "completion", "-h", "--help"));
    EXPECT_THAT(completed(directory, {"tool-box", "ch"}), ElementsAre("check"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--f"}), ElementsAre("--format"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--verbose", "--format", ""}),
                UnorderedElementsAre("table", "json"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--format", "j"}), ElementsAre("json"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--config", "pl"}), ElementsAre("plumb.yaml"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--config", "a"}), ElementsAre("a file"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--wait", "p"}), ElementsAre());
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--format", "=", "t"}), ElementsAre("table"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--format", "="}),
                UnorderedElementsAre("table", "json"))
        << "bash's own word for nothing behind an equals sign";
    EXPECT_THAT(completed(directory, {"tool-box", "check", "--config", "="}),
                UnorderedElementsAre("a file", "plumb.yaml", "script"));
    EXPECT_THAT(completed(directory, {"tool-box", "check", "pl"}), ElementsAre())
        << "no file may stand there";
    EXPECT_THAT(completed(directory, {"tool-box", "check", ""}),
                UnorderedElementsAre("-h", "--help", "--format", "--config", "-v", "--verbose", "--wait"));
    EXPECT_THAT(completed(directory, {"tool-box", "diff", "pl"}), ElementsAre("plumb.yaml"));
    EXPECT_THAT(completed(directory, {"tool-box", "explain", "tcp."}),
                ElementsAre("tcp.timeout", "tcp.refused"));
    EXPECT_THAT(completed(directory, {"tool-box", "completion", ""}),
                UnorderedElementsAre("bash", "zsh", "fish"));
    EXPECT_THAT(completed(directory, {"tool-box", "explain", "nothing"}), ElementsAre());
}

TEST(Completion, no_help_and_no_word_is_run) {
    const test::TempDir directory;
    for (const auto shell : {Shell::bash, Shell::zsh, Shell::fish})
        EXPECT_THAT(completion_script(sample(), shell), Not(HasSubstr("`")));
    completed(directory, {"tool-box", "explain", ""});
    completed(directory, {"tool-box", ""});
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "pwned"));
}

TEST(Completion, other_shells_read_their_scripts_where_they_are_installed) {
    const test::TempDir directory;
    std::size_t tried = 0;
    for (const auto& [name, shell] :
         {std::pair{"zsh", Shell::zsh}, {"fish", Shell::fish}, {"bash", Shell::bash}}) {
        if (test::run_command({"sh", "-c", std::string("command -v ") + name}).exit_code != 0) continue;
        const auto file = directory.write("script", completion_script(sample(), shell));
        const auto done = test::run_command({name, "-n", file});
        EXPECT_EQ(done.exit_code, 0) << name << ": " << done.errors;
        ++tried;
    }
    EXPECT_GT(tried, 0U);
}

// In zsh the value of an option stands behind "=" only where the script says so.
TEST(Completion, a_value_may_stand_behind_an_equals_sign) {
    const auto script = completion_script(sample(), Shell::zsh);
    EXPECT_THAT(script, HasSubstr("'*--format=["));
    EXPECT_THAT(script, HasSubstr("'*--config=["));
    EXPECT_THAT(script, HasSubstr("'*--verbose["));
}

TEST(Completion, files_are_offered_only_where_one_may_stand) {
    const auto zsh = completion_script(sample(), Shell::zsh);
    const auto first = zsh.find("'*:file:_files'");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(zsh.find("'*:file:_files'", first + 1), std::string::npos) << "diff alone takes one";
    const auto fish = completion_script(sample(), Shell::fish);
    EXPECT_THAT(fish, HasSubstr("-f -n '__fish_seen_subcommand_from check'"));
    EXPECT_THAT(fish, Not(HasSubstr("-f -n '__fish_seen_subcommand_from diff'")));
}

TEST(Completion, each_script_names_every_command_and_option) {
    for (const auto shell : {Shell::bash, Shell::zsh, Shell::fish}) {
        const auto script = completion_script(sample(), shell);
        for (const char* word : {"check", "explain", "format", "config", "verbose", "json", "tcp.timeout"})
            EXPECT_THAT(script, HasSubstr(word));
    }
    EXPECT_EQ(parse_shell("tcsh"), std::nullopt);
}

}  // namespace
}  // namespace plumb
