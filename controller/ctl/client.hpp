// plumbctl's side of the query service: one question, one answer, one deadline.
#pragma once

#include "base/result.hpp"
#include "controller/ctl/exit_code.hpp"
#include "controller/judge/finding/finding.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace plumb::ctl {

struct ConnectOptions {
    std::string controller = "127.0.0.1:7443";
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    std::string tls_ca;  // PEM; TLS is used when any of the three is set and always beyond loopback
    std::string tls_cert;
    std::string tls_key;
    std::string token_file;  // else $PLUMB_TOKEN
    bool insecure_plaintext = false;
};

// Why there is no answer, and the exit code that says so.
struct Trouble {
    ExitCode code = kUnreachable;
    std::string message;
    bool transient = false;  // the same question may be answered later
};

template <class T>
struct Answer {
    T value{};
    Trouble trouble;
    bool ok = false;
};

struct CompareQuestion {
    std::string baseline;
    std::string candidate;
    std::string service;
    std::chrono::milliseconds since{};
    std::string policy_yaml;
    std::string policy_name;
    std::chrono::milliseconds baseline_before{};  // 0: both ranges end now
    bool explain = false;
    unsigned look = 0;  // 1, 2, … of one who asks again and again
};

struct FleetTask {
    std::string agent;
    std::string version;
    Labels labels;
    std::chrono::milliseconds last_window_age{-1};  // negative: none yet
    std::uint64_t windows = 0;
    std::uint64_t last_sequence = 0;
    bool said_goodbye = false;
};

Answer<judge::Report> ask_compare(const ConnectOptions& options, const CompareQuestion& question);
Answer<std::vector<FleetTask>> ask_fleet(const ConnectOptions& options, std::chrono::milliseconds since);

}  // namespace plumb::ctl
