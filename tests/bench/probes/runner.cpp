#include "tests/bench/probes/runner.hpp"

#include "tests/bench/interrupt.hpp"

#include <exception>
#include <stdexcept>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

namespace plumb::bench {
namespace {

namespace asio = boost::asio;

// What most runs are: inspections are every Nth.
constexpr Depth kDepth = Depth::login;

void require_success(const Outcome& outcome) {
    if (outcome.ok()) return;
    throw std::runtime_error(outcome.target + ": " + std::string(to_string(outcome.failure->cause)) + ": " +
                             outcome.failure->detail);
}

asio::awaitable<void> repeat(Prepared& target, int times) {
    for (int i = 0; i < times; ++i) {
        leave_if_interrupted();
        const auto outcome = co_await target.run_once(kDepth);
        require_success(outcome);
    }
}

asio::awaitable<void> collect(Prepared& target, int times, std::vector<Finished>& into) {
    for (int i = 0; i < times; ++i) {
        leave_if_interrupted();
        const auto deadline = Clock::now() + target.target().timeout;
        auto outcome = co_await target.run_once(kDepth);
        const auto over = Clock::now() - deadline;
        into.push_back({std::move(outcome), over});
    }
}

auto rethrow = [](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
};

}  // namespace

Runner::Runner()
    : resolver_(net::Resolver::make(context_.get_executor(), {}).value()),
      services_{context_.get_executor(), *resolver_} {}

std::unique_ptr<Prepared> Runner::prepare(const std::string& url, std::chrono::nanoseconds timeout) {
    Target target;
    target.dependency = "dependency";
    target.url = parse_url(url).value();
    target.timeout = timeout;
    return std::make_unique<Prepared>(Prepared::make(std::move(target), services_).value());
}

void Runner::run(Prepared& target, int times) {
    context_.restart();
    asio::co_spawn(context_, repeat(target, times), rethrow);
    run_to_end();
}

std::vector<std::vector<Finished>> Runner::run_together(const std::vector<std::unique_ptr<Prepared>>& targets,
                                                        int times) {
    std::vector<std::vector<Finished>> all(targets.size());
    context_.restart();
    for (std::size_t i = 0; i < targets.size(); ++i) {
        all[i].reserve(static_cast<std::size_t>(times));
        asio::co_spawn(context_, collect(*targets[i], times, all[i]), rethrow);
    }
    run_to_end();
    return all;
}

// Also after a failure: what is in flight refers to its target, and its deadline ends it soon.
void Runner::run_to_end() {
    std::exception_ptr first;
    for (bool over = false; !over;) {
        try {
            context_.run();
            over = true;
        } catch (...) {
            if (!first) first = std::current_exception();
        }
    }
    if (first) std::rethrow_exception(first);
}

}  // namespace plumb::bench
