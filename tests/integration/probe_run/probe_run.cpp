#include "tests/integration/probe_run/probe_run.hpp"

#include "probes/net/resolver.hpp"
#include "tests/support/coroutine.hpp"

#include <functional>
#include <stdexcept>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace plumb::test {

namespace asio = boost::asio;

Outcome run_probe(const Kind& kind, const std::string& url, RunOptions options) {
    asio::io_context context;
    const auto resolver = net::Resolver::make(context.get_executor(), options.name_servers);
    if (!resolver) throw std::runtime_error(resolver.error().message);
    Services services{context.get_executor(), **resolver};
    Target target;
    target.dependency = "dependency";
    target.url = parse_url(url).value();
    target.timeout = options.timeout;
    target.connect_only = options.connect_only;
    const auto probe = kind.make(target, services);
    if (!probe) throw std::runtime_error(probe.error().message);

    const std::function<void()> work = [&] {
        std::this_thread::sleep_for(options.busy);
        asio::post(context, [&work] { work(); });
    };
    if (options.busy.count() > 0) asio::post(context, [&work] { work(); });
    Run run(Clock::now() + options.timeout, 0, options.depth, options.limits);
    // Without the driver's list of secrets: the probe must hide its own.
    run.listen({});
    run_coroutine_test(context, (*probe)->run(run), options.timeout + kRunLimit);
    run.finish();
    expect_declared(kind, run.outcome);
    return run.outcome;
}

void expect_declared(const Kind& kind, const Outcome& outcome) {
    for (const auto& stray : undeclared(kind.catalog, outcome))
        ADD_FAILURE() << "the catalog of " << kind.name << " lacks " << stray;
}

void expect_sound(const Outcome& outcome, const std::vector<std::string_view>& secrets) {
    std::chrono::nanoseconds sum{};
    for (const PhaseTiming& phase : outcome.phases)
        sum += phase.duration;
    EXPECT_EQ(sum, outcome.total);
    std::string everything = outcome.address + "\n" + outcome.target + "\n" + outcome.note;
    if (outcome.failure) everything += "\n" + outcome.failure->phase + "\n" + outcome.failure->detail;
    for (const Fact& fact : outcome.facts)
        everything += "\n" + fact.name + "=" + fact.value;
    for (const Gauge& gauge : outcome.gauges)
        everything += "\n" + gauge.name;
    for (const Attempt& attempt : outcome.attempts)
        everything += "\n" + attempt.address;
    EXPECT_LE(outcome.said.size(), kMaxSaid);
    for (const Said& step : outcome.said) {
        EXPECT_LE(step.words.size(), kMaxSaidWords);
        everything += (step.sent ? "\n> " : "\n< ") + step.words;
    }
    for (const std::string_view secret : secrets) {
        EXPECT_EQ(everything.find(secret), std::string::npos) << everything;
    }
}

std::string fact_of(const Outcome& outcome, std::string_view name) {
    const Fact* fact = outcome.find_fact(name);
    return fact == nullptr ? "(absent)" : fact->value;
}

std::vector<std::string_view> phases_of(const Outcome& outcome) {
    std::vector<std::string_view> names;
    for (const PhaseTiming& phase : outcome.phases)
        names.push_back(phase.name);
    return names;
}

std::vector<std::string> said_in(const Outcome& outcome) {
    std::vector<std::string> words;
    for (const Said& step : outcome.said)
        words.push_back((step.sent ? "> " : "< ") + step.words);
    return words;
}

std::string failure_of(const Outcome& outcome) {
    if (!outcome.failure) return "ok";
    return outcome.failure->phase + " " + std::string(to_string(outcome.failure->cause));
}

}  // namespace plumb::test
