// The command line of plumb-agent as a value. Nothing here touches the network or reads a file.
#pragma once

#include "probes/probe.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace plumb::agent {

enum ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2 };

struct CheckOptions {
    std::vector<std::string> targets;  // "NAME=URL", "NAME=env:VAR", "NAME=file:PATH"
    std::string config;
    std::vector<std::string> only;
    std::optional<std::chrono::nanoseconds> timeout;  // for targets that set none; absent: 2 s
    unsigned repeat = 1;
    std::optional<std::chrono::nanoseconds> watch;  // pause between rounds that go on until a signal
    unsigned concurrency = 16;  // targets at a time; one target never has two runs in flight
    std::vector<std::string> resolvers;
    bool json = false;
    bool verbose = false;
};

struct RunOptions {
    std::string config;
    bool once = false;
    std::string output;   // empty: none; "-": standard output
    std::string metrics;  // address for GET /metrics; empty: none
    bool emf = false;     // CloudWatch's embedded metric format on standard output
};

struct ValidateOptions {
    std::string config;
};

struct HealthOptions {
    std::optional<int> pid;  // absent: every agent of this container
};

struct ExplainOptions {
    std::string cause;  // empty: list them all
};

struct VersionOptions {};

// Nothing to do but print: help (to stdout, 0) or a usage error (to stderr, 2).
struct Say {
    std::string text;
    ExitCode code;
};

using Command = std::variant<CheckOptions, RunOptions, ValidateOptions, HealthOptions, ExplainOptions,
                             VersionOptions, Say>;

// `kinds`: what the help of check names.
Command parse_command_line(int argc, const char* const* argv, std::span<const Kind> kinds);

// Cuts a line from its first "://" up to its last quote: a message may quote what the user typed in the wrong
// place, and that may be a URL with a password.
std::string without_urls(std::string_view text);

}  // namespace plumb::agent
