// What bash offers, by a program's completion script, for the words that are being typed.
#pragma once

#include "tests/support/child_process.hpp"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace plumb::test {

// `script`: what bash is to source, as in "./script" or "<(program completion bash)". The first of the words
// is the program, which must have registered its function; the last is being typed. Files are those of
// `directory`.
inline std::vector<std::string> completed_by_bash(const std::filesystem::path& directory,
                                                  const std::string& script,
                                                  const std::vector<std::string>& words) {
    std::string command = "cd '" + directory.string() + "' && source " + script + " && COMP_WORDS=(";
    for (const auto& word : words)
        command += "'" + word + "' ";
    command += ") && COMP_CWORD=" + std::to_string(words.size() - 1) + " && [[ $(complete -p " +
               words.front() + R"() =~ \ -F\ ([^\ ]+)\  ]] && { "${BASH_REMATCH[1]}"; )" +
               R"((( ${#COMPREPLY[@]} == 0 )) || printf '%s\n' "${COMPREPLY[@]}"; })";
    const auto done = run_command({"bash", "--norc", "-u", "-c", command});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(done.errors, "");
    std::vector<std::string> out;
    std::istringstream lines(done.output);
    for (std::string line; std::getline(lines, line);)
        out.push_back(line);
    return out;
}

}  // namespace plumb::test
