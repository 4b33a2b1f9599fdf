// Outcomes as probes give them, for the renderers.
#pragma once

#include "model/outcome.hpp"

namespace plumb::agent::test {

inline Outcome good(std::string dependency = "cache") {
    using std::chrono::nanoseconds;
    Outcome outcome;
    outcome.dependency = std::move(dependency);
    outcome.kind = "redis";
    outcome.target = "redis://cache:6379/0";
    outcome.address = "10.0.1.9:6379";
    // Each phase has a fraction of a microsecond: rounded one by one they would not add up.
    outcome.phases = {{phase::resolve, nanoseconds(310'700)},
                      {phase::connect, nanoseconds(402'700)},
                      {phase::ping, nanoseconds(200'700)}};
    outcome.total = nanoseconds(914'100);
    outcome.attempts = {{"10.0.1.9:6379", std::nullopt, nanoseconds(402'700)}};
    outcome.fact("redis.version", FactClass::ordered, "7.0.15");
    outcome.gauge("redis.clients", 87, 100, true);
    outcome.rtt = std::chrono::microseconds(120);
    return outcome;
}

inline Outcome bad(std::string dependency = "database") {
    using std::chrono::nanoseconds;
    Outcome outcome;
    outcome.dependency = std::move(dependency);
    outcome.kind = "postgres";
    outcome.target = "postgres://app:***@db:5432/x";
    outcome.phases = {{phase::resolve, nanoseconds(310'000)}, {phase::connect, nanoseconds(2'000'000'000)}};
    outcome.total = nanoseconds(2'000'310'000);
    outcome.failure = Failure{"connect", Cause::tcp_timeout, "no answer from 10.0.1.7:5432"};
    outcome.attempts = {{"10.0.1.7:5432", Cause::tcp_timeout, nanoseconds(2'000'000'000)}};
    return outcome;
}

}  // namespace plumb::agent::test
