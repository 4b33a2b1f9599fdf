#include "tests/integration/probe_run/stalls.hpp"

#include <gtest/gtest.h>

namespace plumb::test {
namespace {

constexpr std::chrono::milliseconds kLimit{300};
// So far beyond the limit that a run which ends here cannot have ended by the limit, however busy the
// machine.
constexpr std::chrono::milliseconds kDeadline{60'000};

}  // namespace

void Stalls::expect(const std::string& phase, const std::string& cause, const std::string& url) {
    SCOPED_TRACE(phase);
    RunOptions options;
    options.timeout = kDeadline;
    options.limits = {{phase, kLimit}};
    const auto outcome = run_probe(kind_, url, options);
    expect_sound(outcome);
    EXPECT_EQ(failure_of(outcome), phase + " " + cause);
    EXPECT_GE(outcome.total, kLimit);
    EXPECT_LT(outcome.total, kDeadline / 2);
    covered_.insert(phase);
}

void Stalls::expect_complete() const {
    for (const auto& phase : kind_.catalog.phases) {
        EXPECT_TRUE(covered_.contains(std::string(phase.name))) << phase.name << " has no stall";
    }
}

}  // namespace plumb::test
