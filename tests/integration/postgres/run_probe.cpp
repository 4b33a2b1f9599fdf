#include "tests/integration/postgres/run_probe.hpp"

#include "probes/postgres/postgres.hpp"

namespace plumb::test {

Outcome run_postgres(const std::string& url, std::chrono::milliseconds timeout) {
    RunOptions options;
    options.timeout = timeout;
    auto outcome = run_probe(postgres_kind(), url, options);
    expect_sound(outcome, {kPassword, kWrongPassword});
    return outcome;
}

}  // namespace plumb::test
