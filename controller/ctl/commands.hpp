// What each subcommand of plumbctl does once its flags are parsed. Each returns the exit code; results go to
// stdout, complaints to stderr.
#pragma once

#include "controller/ctl/client.hpp"
#include "controller/ctl/exit_code.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace plumb::ctl {

struct CompareFlags {
    std::string baseline;
    std::string candidate;
    std::string service;
    std::optional<std::chrono::nanoseconds> since;  // absent: 15 m of a controller, everything of files
    std::string policy;                             // a file
    std::string format = "text";
};

struct AcceptFlags {
    bool all = false;
    std::string reason;
    std::string owner;
    std::chrono::nanoseconds expires{};
};

struct DiffFlags {
    std::string baseline;
    std::string candidate;
    std::string format = "text";
};

int run_gate(const ConnectOptions& connect, const CompareFlags& flags);
int run_compare(const ConnectOptions& connect, const CompareFlags& flags);
int run_judge(const CompareFlags& flags);  // baseline and candidate are files
int run_accept(const ConnectOptions& connect, const CompareFlags& flags, const AcceptFlags& accept);
int run_fleet(const ConnectOptions& connect, std::chrono::nanoseconds since, const std::string& format);
int run_diff(const DiffFlags& flags);

}  // namespace plumb::ctl
