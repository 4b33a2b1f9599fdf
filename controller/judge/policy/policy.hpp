// What may hold, what is accepted and what is ignored: the policy file of the app's repository. Reading the
// file is controller/judge/policy_yaml.hpp; applying it is the judge's.
#pragma once

#include "controller/judge/time.hpp"
#include "model/fact.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumb::judge {

struct Acceptance {
    std::string dependency;             // "*" for any
    std::string subject;                // "latency:connect" also accepts "latency:connect:p90"
    std::optional<double> ratio;        // latency: candidate/baseline up to this
    std::vector<std::string> baseline;  // facts: no task shows another value than these; empty: any
    std::vector<std::string> candidate;
    std::string reason;
    std::string owner;
    Time until = Time::max();  // an expired acceptance counts no more
    std::string cause{};       // that one only, such as tcp.timeout; empty: any
};

struct Ignore {
    std::string dependency;
    std::string subject;
};

struct ServiceSize {
    int desired = 0;
    int maximum_percent = 200;
};

struct HoldOn {
    bool failures = true;
    bool facts = true;
    bool gauges = true;
    bool latency = false;  // production is no control group: the first comparison must block nobody
};

// The margins that the rules use. Names, units and defaults; the rules are explained in docs/judge.md. Each
// has a line in policy_thresholds.cpp.
struct Thresholds {
    double latency_ratio = 1.10;  // a shift below this is not meaningful
    std::chrono::nanoseconds latency_floor = std::chrono::milliseconds(1);
    double environment_spread = 1.03;  // by which ratio environments differ for no reason
    double task_correlation = 0.01;    // how far the failures of one task go together: 0 not at all, 1 wholly
    double failure_points = 0.01;      // difference of failure rates
    double hard_fault_share = 0.90;    // failing runs in every task of a scope
    double hard_fault_other_side = 0.01;
    unsigned hard_fault_runs = 5;
    double fact_share_points = 0.20;
    double headroom_hold = 0.10;
    double headroom_warn = 0.20;
    double projection_hold = 0.95;
    unsigned minimum_windows = 3;  // for latency and soft failures
    unsigned minimum_tasks = 2;    // a side, for latency and soft failures
    unsigned stale_windows = 3;    // no window for this many lengths: stale
};

struct Policy {
    HoldOn hold_on;
    // As a floor: what others may accept although the floor holds on it.
    HoldOn may_accept{false, false, false, false};
    std::vector<std::string> critical{"*"};  // dependencies that may hold
    std::vector<Acceptance> accept;
    std::vector<Ignore> ignore;
    std::map<std::string, ServiceSize> services;
    std::map<std::string, FactClass> fact_classes;  // by fact name, instead of the probe's
    Thresholds thresholds;
    std::set<std::string, std::less<>> chosen;  // the thresholds that the file names
    std::vector<std::string> overruled;         // in words: what a floor took away or tightened
};

}  // namespace plumb::judge
