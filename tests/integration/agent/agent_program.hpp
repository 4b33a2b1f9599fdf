// The built plumb-agent, run as its users run it.
#pragma once

#include "model/window_json.hpp"
#include "tests/support/child_process.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace plumb::agent::test {

inline std::string agent_path() {
    const char* build = std::getenv("PLUMB_BUILD_DIR");
    return std::string(build != nullptr ? build : ".") + "/plumb-agent";
}

// With exactly these variables, so that discovery sees nothing of the machine's own.
inline plumb::test::Finished agent(std::vector<std::string> words,
                                   const std::vector<std::string>& variables = {}) {
    std::vector<std::string> command{"/usr/bin/env", "-i"};
    // A sanitizer's options must reach the program under test.
    for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) command.push_back(std::string(name) + "=" + value);
    }
    command.insert(command.end(), variables.begin(), variables.end());
    command.push_back(agent_path());
    command.insert(command.end(), words.begin(), words.end());
    return plumb::test::run_command(command);
}

inline boost::json::object json_of(const plumb::test::Finished& finished) {
    boost::system::error_code error;
    auto value = boost::json::parse(finished.output, error);
    EXPECT_FALSE(error) << finished.output << finished.errors;
    return value.is_object() ? value.as_object() : boost::json::object{};
}

inline std::string contents(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// What the last line says of the dependencies, also where it is wrapped: without what it says of the task,
// which sees the whole machine, other tests on it included.
inline std::string result_in(const std::string& output) {
    const auto at = output.rfind("Result: ");
    std::istringstream words(at == std::string::npos ? "" : output.substr(at));
    std::string line;
    for (std::string word; words >> word;)
        line += (line.empty() ? "" : " ") + word;
    const auto task = line.find(" The task itself: ");
    if (task == std::string::npos) return line;
    const auto next = line.find(" Interrupted", task);
    return line.substr(0, task) + (next == std::string::npos ? "" : line.substr(next));
}

// The whole lines of the file so far, as windows.
inline std::vector<Window> windows_in(const std::string& path) {
    std::vector<Window> out;
    const auto text = contents(path);
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
        auto window = parse_window(line);
        EXPECT_TRUE(window.has_value()) << line;
        if (window) out.push_back(*std::move(window));
    }
    return out;
}

// Looks again and again until `ready`; false after 20 s. For what another process does.
inline bool eventually(const std::function<bool()>& ready) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ready()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the processor is the other's
    }
    return true;
}

}  // namespace plumb::agent::test
