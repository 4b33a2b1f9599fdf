#include "tests/integration/net/run_target.hpp"

#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"
#include "tests/support/coroutine.hpp"

#include <optional>
#include <stdexcept>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace plumb::test {
namespace {

namespace asio = boost::asio;

struct Bench {
    explicit Bench(const TargetRun& wanted)
        : resolver(net::Resolver::make(context.get_executor(), wanted.name_servers).value()),
          services{context.get_executor(), *resolver},
          prepared(make(wanted)) {
        prepared.listen();  // nothing of it may hold a secret either
    }

    Prepared make(const TargetRun& wanted) {
        Target target;
        target.dependency = "dependency";
        target.url = parse_url(wanted.url).value();
        target.timeout = wanted.timeout;
        return Prepared::make(std::move(target), services).value();
    }

    asio::io_context context{1};
    std::unique_ptr<net::Resolver> resolver;
    Services services;
    Prepared prepared;
};

}  // namespace

std::vector<Outcome> run_target(const TargetRun& wanted) {
    Bench bench(wanted);
    std::vector<Outcome> outcomes;
    for (int i = 0; i < wanted.times; ++i) {
        outcomes.push_back(run_coroutine_test(bench.context, bench.prepared.run_once(wanted.depth),
                                              wanted.timeout + kRunLimit));
        expect_declared(bench.prepared.kind(), outcomes.back());
    }
    return outcomes;
}

struct RepeatedRun::Impl {
    TargetRun wanted;
    Bench bench;
};

RepeatedRun::RepeatedRun(const TargetRun& wanted) : impl_(new Impl{wanted, Bench(wanted)}) {}
RepeatedRun::~RepeatedRun() = default;

Outcome RepeatedRun::once(Depth depth) {
    auto& bench = impl_->bench;
    auto outcome =
        run_coroutine_test(bench.context, bench.prepared.run_once(depth), impl_->wanted.timeout + kRunLimit);
    expect_declared(bench.prepared.kind(), outcome);
    return outcome;
}

Outcome run_once(const TargetRun& wanted) {
    return run_target(wanted).at(0);
}

Outcome run_and_cancel(const TargetRun& wanted) {
    Bench bench(wanted);
    asio::cancellation_signal signal;
    std::optional<Outcome> outcome;
    auto done = [&](std::exception_ptr thrown, Outcome value) {
        if (!thrown) outcome = std::move(value);
        bench.context.stop();
    };
    asio::co_spawn(bench.context, bench.prepared.run_once(),
                   asio::bind_cancellation_slot(signal.slot(), done));
    // Everything that can be done at once is done by poll(); what is left waits.
    while (bench.context.poll() != 0) {
    }
    signal.emit(asio::cancellation_type::terminal);
    bench.context.run_for(kRunLimit);
    if (!outcome) throw std::runtime_error("the cancelled run did not end");
    return std::move(*outcome);
}

}  // namespace plumb::test
