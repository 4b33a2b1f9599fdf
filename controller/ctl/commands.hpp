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
    std::chrono::nanoseconds baseline_before{};  // how long before now the baseline's range ends
    bool explain = false;
    std::optional<std::chrono::nanoseconds> wait;  // gate: how long to ask again
};

// Where `judge` takes its windows from, when not from files.
struct StoreFlags {
    std::string store;  // sqlite:FILE
    std::string until;  // RFC 3339
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
    std::string policy;  // file; "": the default policy
    std::string format = "text";
};

int run_gate(const ConnectOptions& connect, const CompareFlags& flags);
int run_compare(const ConnectOptions& connect, const CompareFlags& flags);
// Baseline and candidate are files, or selectors when there is a store.
int run_judge(const CompareFlags& flags, const StoreFlags& store);
int run_accept(const ConnectOptions& connect, const CompareFlags& flags, const AcceptFlags& accept);
int run_fleet(const ConnectOptions& connect, std::chrono::nanoseconds since, const std::string& format);
int run_diff(const DiffFlags& flags);

}  // namespace plumb::ctl
