#include "tests/integration/probe_run/kept_probe.hpp"

#include "probes/net/resolver.hpp"
#include "tests/support/coroutine.hpp"

#include <stdexcept>

namespace plumb::test {

KeptProbe::KeptProbe(const Kind& kind, const std::string& url)
    : kind_(kind), resolver_(net::Resolver::make(context_.get_executor(), {}).value()) {
    services_.reset(new Services{context_.get_executor(), *resolver_});
    Target target;
    target.dependency = "dependency";
    target.url = parse_url(url).value();
    auto probe = kind.make(target, *services_);
    if (!probe) throw std::runtime_error(probe.error().message);
    probe_ = std::move(*probe);
}

KeptProbe::~KeptProbe() = default;

Outcome KeptProbe::run(Depth depth) {
    const RunOptions defaults;
    Run run(Clock::now() + defaults.timeout, runs_++, depth);
    run_coroutine_test(context_, probe_->run(run), defaults.timeout + kRunLimit);
    run.finish();
    expect_declared(kind_, run.outcome);
    return std::move(run.outcome);
}

}  // namespace plumb::test
