#include "tests/integration/postgres/run_probe.hpp"

#include "probes/postgres/postgres.hpp"

namespace plumb::test {

Outcome run_postgres(const std::string& url, RunOptions options) {
    auto outcome = run_probe(postgres_kind(), url, std::move(options));
    expect_sound(outcome, {kPassword, kWrongPassword});
    return outcome;
}

Outcome run_postgres(const std::string& url, std::chrono::milliseconds timeout) {
    RunOptions options;
    options.timeout = timeout;
    return run_postgres(url, std::move(options));
}

Outcome run_postgres(const std::string& url, Depth depth) {
    RunOptions options;
    options.depth = depth;
    return run_postgres(url, std::move(options));
}

}  // namespace plumb::test
