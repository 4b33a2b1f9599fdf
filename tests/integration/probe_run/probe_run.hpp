// One run of one probe, as the driver does it, without the registry of all kinds.
#pragma once

#include "probes/probe.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::test {

struct RunOptions {
    std::chrono::milliseconds timeout{10000};
    bool connect_only = false;
    Depth depth = Depth::inspect;
    std::vector<PhaseLimit> limits{};
    std::chrono::milliseconds busy{0};        // other work on the loop, so long at a time and without end
    std::vector<std::string> name_servers{};  // IP:PORT; none: the system's
};

// Throws when the URL is refused or the run does not end within its time limit and a generous while.
Outcome run_probe(const Kind& kind, const std::string& url, RunOptions options = {});

// Everything that the outcome holds stands in the catalog of its kind. The runs of this header check it.
void expect_declared(const Kind& kind, const Outcome& outcome);

// What holds for every outcome: the phases add up to the total, and no secret stands anywhere in it.
void expect_sound(const Outcome& outcome, const std::vector<std::string_view>& secrets = {});

std::string fact_of(const Outcome& outcome, std::string_view name);  // "(absent)" when it is
std::vector<std::string_view> phases_of(const Outcome& outcome);
std::vector<std::string> said_in(const Outcome& outcome);  // "> PING", "< PONG"; run_probe() listens
std::string failure_of(const Outcome& outcome);            // "connect tcp.timeout", or "ok"

}  // namespace plumb::test
