#include "tests/integration/postgres/run_probe.hpp"

#include "probes/net/resolver.hpp"
#include "probes/postgres/postgres.hpp"
#include "tests/support/coroutine.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace plumb::test {
namespace {

void expect_sound(const Outcome& outcome) {
    std::chrono::nanoseconds sum{};
    for (const auto& phase : outcome.phases)
        sum += phase.duration;
    EXPECT_EQ(sum, outcome.total);
    std::string all = outcome.address + '\n' + outcome.note;
    if (outcome.failure) all += '\n' + outcome.failure->phase + '\n' + outcome.failure->detail;
    for (const auto& fact : outcome.facts)
        all += '\n' + fact.name + '=' + fact.value;
    for (const auto& gauge : outcome.gauges)
        all += '\n' + gauge.name;
    for (const auto& attempt : outcome.attempts)
        all += '\n' + attempt.address;
    EXPECT_EQ(all.find(kPassword), std::string::npos) << all;
    EXPECT_EQ(all.find(kWrongPassword), std::string::npos) << all;
}

}  // namespace

Outcome run_postgres(const std::string& url, std::chrono::milliseconds timeout, std::uint64_t number) {
    boost::asio::io_context context(1);
    const auto resolver = net::Resolver::make(context.get_executor(), {"127.0.0.1:9"});
    Services services{context.get_executor(), **resolver};
    Target target;
    target.dependency = "database";
    target.url = parse_url(url).value();
    const auto probe = postgres_kind().make(target, services);
    if (!probe) throw std::runtime_error(probe.error().message);
    Run run(Clock::now() + timeout, number);
    run_coroutine_test(context, (*probe)->run(run), timeout + std::chrono::seconds(20));
    run.finish();
    expect_sound(run.outcome);
    return run.outcome;
}

std::string failure_of(const Outcome& outcome) {
    if (!outcome.failure) return "ok";
    return outcome.failure->phase + ' ' + std::string(to_string(outcome.failure->cause));
}

std::string fact_of(const Outcome& outcome, std::string_view name) {
    const auto* fact = outcome.find_fact(name);
    return fact == nullptr ? "(absent)" : fact->value;
}

std::vector<std::string> phases_of(const Outcome& outcome) {
    std::vector<std::string> names;
    for (const auto& phase : outcome.phases)
        names.emplace_back(phase.name);
    return names;
}

}  // namespace plumb::test
