// Completion scripts for shells, made from a program's own command line (CLI11), so that they never tell of
// an option that is gone. Commands of one level, their options, and what these take: a fixed choice or a
// file.
//
// Pure but for add_completion_command(), which adds to the app.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace plumb {

struct CompletionOption {
    std::vector<std::string> names;  // "-h", "--help"
    bool takes_value = false;
    std::vector<std::string> choices;  // of the value
    bool takes_file = false;           // the value may be a file's name
    std::string help;                  // one line
};

struct CompletionCommand {
    std::string name;  // of the program itself at the top
    std::string help;
    std::vector<CompletionOption> options;
    std::vector<std::string> words;  // that may stand as an argument
    bool takes_file = false;         // an argument may be a file's name
    std::vector<CompletionCommand> commands;
};

CompletionCommand describe_commands(const CLI::App& app);

enum class Shell { bash, zsh, fish };

// Defines the completion of the program `top.name` when the shell reads it. Names, choices and words hold
// letters, digits, '-', '_', '.' and ':' only; what does not is left out.
std::string completion_script(const CompletionCommand& top, Shell shell);

// Adds the command `completion SHELL`, which writes the shell's name into `shell`: the caller then prints the
// script.
void add_completion_command(CLI::App& app, std::string& shell);
std::optional<Shell> parse_shell(std::string_view name);

}  // namespace plumb
