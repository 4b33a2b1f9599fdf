#include "base/completion.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace plumb {
namespace {

bool is_plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_.:").find(c) != std::string_view::npos;
    });
}

// What single quotes of every shell keep as it is.
std::string quotable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, text.find('\n'))) {
        if (c == '\\' || c == '`') continue;
        if (c == '\'') {
            out += "’";
        } else {
            out += c;
        }
    }
    return out;
}

// CLI11 tells the members of a set in the name of the option's type: "TEXT:{table,json}".
std::vector<std::string> choices_of(const CLI::Option& option) {
    const auto type = option.get_type_name();
    const auto begin = type.find('{');
    const auto end = type.find('}', begin == std::string::npos ? 0 : begin);
    std::vector<std::string> choices;
    if (begin == std::string::npos || end == std::string::npos) return choices;
    for (auto at = begin + 1; at < end;) {
        const auto comma = std::min(type.find(',', at), end);
        choices.push_back(type.substr(at, comma - at));
        at = comma + 1;
    }
    std::erase_if(choices, [](const std::string& choice) { return !is_plain(choice); });
    return choices;
}

// CLI11 calls what may be anything TEXT; who takes a number, a time or a name says so.
bool may_be_a_file(const CLI::Option& option) {
    const auto type = option.get_type_name();
    return type == "TEXT" || type.find("FILE") != std::string::npos;
}

CompletionCommand describe(const CLI::App& app) {
    CompletionCommand command;
    command.name = app.get_name();
    command.help = app.get_description();
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) {
            const auto words = choices_of(*option);
            command.words.insert(command.words.end(), words.begin(), words.end());
            command.takes_file = command.takes_file || may_be_a_file(*option);
            continue;
        }
        CompletionOption made;
        for (const auto& name : option->get_snames())
            made.names.push_back("-" + name);
        for (const auto& name : option->get_lnames())
            made.names.push_back("--" + name);
        made.takes_value = option->get_items_expected_max() > 0;
        made.choices = choices_of(*option);
        made.takes_file = made.takes_value && may_be_a_file(*option);
        made.help = option->get_description();
        command.options.push_back(std::move(made));
    }
    return command;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) {
        if (is_plain(word)) out += (out.empty() ? "" : " ") + word;
    }
    return out;
}

std::string names_of(const CompletionCommand& top) {
    std::vector<std::string> names;
    for (const auto& command : top.commands)
        names.push_back(command.name);
    return joined(names);
}

std::string options_of(const CompletionCommand& command) {
    std::vector<std::string> names;
    for (const auto& option : command.options)
        names.insert(names.end(), option.names.begin(), option.names.end());
    return joined(names);
}

// The name of a shell function.
std::string function_name(const std::string& program) {
    std::string out = "_" + program;
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
}

// The branches of a case over "COMMAND PREVIOUS": what the option before the cursor takes.
std::string bash_values(const CompletionCommand& command, const std::string& function) {
    std::string out;
    for (const auto& option : command.options) {
        if (!option.takes_value) continue;
        for (const auto& name : option.names) {
            const auto reply = option.takes_file ? function + "_offer -f; "
                               : option.choices.empty()
                                   ? std::string()
                                   : function + "_offer -W '" + joined(option.choices) + "'; ";
            out += fmt::format("        '{} {}') {}return ;;\n", command.name, name, reply);
        }
    }
    return out;
}

std::string bash_script(const CompletionCommand& top) {
    const auto function = function_name(top.name);
    std::string values;
    std::string words;
    for (const auto& command : top.commands) {
        values += bash_values(command, function);
        words += fmt::format("        '{}') options='{}' words='{}' files='{}' ;;\n", command.name,
                             options_of(command), joined(command.words), command.takes_file ? "yes" : "");
    }
    return fmt::format(
        "# bash completion of {0}: source <({0} completion bash)\n"
        "{1}_offer() {{\n"
        "    [[ $1 == -f ]] && compopt -o filenames 2>/dev/null\n"
        "    mapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
        "}}\n"
        "{1}() {{\n"
        "    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}\n"
        "    local command='' options='' words='' files='' word\n"
        "    COMPREPLY=()\n"
        "    [[ $prev == = ]] && prev=${{COMP_WORDS[COMP_CWORD-2]}}\n"
        "    [[ $cur == = ]] && cur=''\n"
        "    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n"
        "        [[ \" {2} \" == *\" $word \"* ]] && {{ command=$word; break; }}\n"
        "    done\n"
        "    if [[ -z $command ]]; then\n"
        "        {1}_offer -W '{2} {3}'\n"
        "        return\n"
        "    fi\n"
        "    case \"$command $prev\" in\n{4}    esac\n"
        "    case $command in\n{5}    esac\n"
        "    if [[ $cur != -* && -n $words ]]; then\n"
        "        {1}_offer -W \"$words\"\n"
        "    elif [[ $cur != -* && -n $files ]]; then\n"
        "        {1}_offer -f\n"
        "    else\n"
        "        {1}_offer -W \"$options\"\n"
        "    fi\n"
        "}}\n"
        "complete -F {1} {0}\n",
        top.name, function, names_of(top), options_of(top), values, words);
}

// One _arguments specification a name; what stands in its brackets may hold no bracket and no colon.
std::string zsh_option(const CompletionOption& option) {
    auto help = quotable(option.help);
    for (char& c : help) {
        if (c == '[' || c == ']' || c == ':') c = ' ';
    }
    std::string out;
    for (const auto& name : option.names) {
        const auto value = !option.takes_value      ? std::string()
                           : option.takes_file      ? std::string(":value:_files")
                           : option.choices.empty() ? std::string(":value: ")
                                                    : ":value:(" + joined(option.choices) + ")";
        // "=": the value may stand behind one, too.
        const auto equals = option.takes_value && name.starts_with("--") ? "=" : "";
        out += fmt::format(" \\\n                '*{}{}[{}]{}'", name, equals, help, value);
    }
    return out;
}

std::string zsh_script(const CompletionCommand& top) {
    const auto function = function_name(top.name);
    std::string commands;
    std::string branches;
    for (const auto& command : top.commands) {
        auto help = quotable(command.help);
        std::replace(help.begin(), help.end(), ':', ' ');
        commands += fmt::format("            '{}:{}'\n", command.name, help);
        branches += fmt::format("            {})\n                _arguments", command.name);
        for (const auto& option : command.options)
            branches += zsh_option(option);
        const auto words = joined(command.words);
        if (!words.empty()) {
            branches += " \\\n                '*:word:(" + words + ")'";
        } else if (command.takes_file) {
            branches += " \\\n                '*:file:_files'";
        }
        branches += " ;;\n";
    }
    return fmt::format(
        "# zsh completion of {0}: source <({0} completion zsh)\n"
        "{1}() {{\n"
        "    local -a commands\n"
        "    local context state state_descr line\n"
        "    typeset -A opt_args\n"
        "    _arguments -C '1:command:->command' '*::argument:->argument'\n"
        "    case $state in\n"
        "        command)\n"
        "            commands=(\n{2}            )\n"
        "            _describe command commands ;;\n"
        "        argument)\n"
        "            case $line[1] in\n{3}            esac ;;\n"
        "    esac\n"
        "}}\n"
        "compdef {1} {0}\n",
        top.name, function, commands, branches);
}

std::string fish_option(const std::string& program, const std::string& command,
                        const CompletionOption& option) {
    std::string out = fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", program, command);
    for (const auto& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takes_value) out += option.takes_file ? " -r -F" : " -x -a '" + joined(option.choices) + "'";
    return out + fmt::format(" -d '{}'\n", quotable(option.help));
}

std::string fish_script(const CompletionCommand& top) {
    std::string out = fmt::format("# fish completion of {0}: {0} completion fish | source\n", top.name);
    for (const auto& command : top.commands) {
        out += fmt::format("complete -c {} -f -n __fish_use_subcommand -a {} -d '{}'\n", top.name,
                           command.name, quotable(command.help));
    }
    for (const auto& command : top.commands) {
        for (const auto& option : command.options)
            out += fish_option(top.name, command.name, option);
        const auto words = joined(command.words);
        if (!words.empty() || !command.takes_file)  // -f: no files
            out += fmt::format("complete -c {} -f -n '__fish_seen_subcommand_from {}' -a '{}'\n", top.name,
                               command.name, words);
    }
    return out;
}

}  // namespace

CompletionCommand describe_commands(const CLI::App& app) {
    auto top = describe(app);
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
        top.commands.push_back(describe(*command));
    return top;
}

std::string completion_script(const CompletionCommand& top, Shell shell) {
    switch (shell) {
        case Shell::bash:
            return bash_script(top);
        case Shell::zsh:
            return zsh_script(top);
        case Shell::fish:
            return fish_script(top);
    }
    return "";
}

std::optional<Shell> parse_shell(std::string_view name) {
    if (name == "bash") return Shell::bash;
    if (name == "zsh") return Shell::zsh;
    if (name == "fish") return Shell::fish;
    return std::nullopt;
}

void add_completion_command(CLI::App& app, std::string& shell) {
    auto* command =
        app.add_subcommand("completion", "Print what teaches a shell to complete this command line");
    command->add_option("shell", shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    const auto name = app.get_name();
    command->footer(
        fmt::format("Examples:\n"
                    "  source <({0} completion bash)                 in ~/.bashrc\n"
                    "  source <({0} completion zsh)                  in ~/.zshrc, after compinit\n"
                    "  {0} completion fish | source                  in ~/.config/fish/config.fish\n"
                    "Exit codes: 0 printed; 2 no such shell.\n",
                    name));
}

}  // namespace plumb
