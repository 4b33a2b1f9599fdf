#include "tests/integration/probe_run/stalls.hpp"

#include <gtest/gtest.h>

namespace plumb::test {
namespace {

constexpr std::chrono::milliseconds kLimit{300};
// So far beyond the limit that a run which ends here cannot have ended by the limit, however busy the
// machine.
constexpr std::chrono::milliseconds kDeadline{60'000};

}  // namespace

Outcome Stalls::stall(const std::string& phase, const std::string& url, RunOptions options) {
    options.timeout = kDeadline;
    options.limits = {{phase, kLimit}};
    auto outcome = run_probe(kind_, url, std::move(options));
    expect_sound(outcome);
    EXPECT_GE(outcome.total, kLimit);
    EXPECT_LT(outcome.total, kDeadline / 2);
    covered_.insert(phase);
    return outcome;
}

void Stalls::expect(const std::string& phase, const std::string& cause, const std::string& url,
                    RunOptions options) {
    SCOPED_TRACE(phase);
    const auto outcome = stall(phase, url, std::move(options));
    EXPECT_EQ(failure_of(outcome), phase + " " + cause);
}

void Stalls::expect_harmless(const std::string& phase, const Fact& fact, const std::string& url,
                             RunOptions options) {
    SCOPED_TRACE(phase);
    const auto outcome = stall(phase, url, std::move(options));
    EXPECT_EQ(failure_of(outcome), "ok");
    EXPECT_EQ(phases_of(outcome).back(), phase);
    EXPECT_EQ(fact_of(outcome, fact.name), fact.value);
}

void Stalls::expect_complete() const {
    for (const auto& phase : kind_.catalog.phases) {
        EXPECT_TRUE(covered_.contains(std::string(phase.name))) << phase.name << " has no stall";
    }
}

}  // namespace plumb::test
