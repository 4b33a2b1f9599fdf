// Whole tables as people see them. To look at a change and accept it, run with PLUMB_WRITE_SNAPSHOTS=1 and
// read the difference of tests/unit/agent/table_snapshots/.
#include "agent/check/table.hpp"
#include "base/text.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/agent/outcomes.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace plumb::agent {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr double kMebi = 1024.0 * 1024;

std::vector<Kind> kinds() {
    std::vector<Kind> all(3);
    all[0].name = "postgres";
    all[0].schemes = {{"postgres", 5432, false}};
    all[0].catalog.phases = {{phase::resolve, ""},      {phase::connect, ""}, {phase::handshake, ""},
                             {phase::authenticate, ""}, {phase::query, ""},   {phase::inspect, ""}};
    all[1].name = "http";
    all[1].schemes = {{"http", 80, false}, {"https", 443, true}};
    all[1].catalog.phases = {{phase::resolve, ""},   {phase::connect, ""},    {phase::tunnel, "", true},
                             {phase::handshake, ""}, {phase::send, ""},       {phase::first_byte, ""},
                             {phase::transfer, ""},  {phase::reuse, "", true}};
    all[2].name = "task";
    all[2].catalog.gauges = {{"task.memory", "bytes", "", true},
                             {"task.descriptors", "descriptors", "", true}};
    return all;
}

Outcome payments() {
    Outcome outcome;
    outcome.dependency = "payments";
    outcome.kind = "http";
    outcome.target = "https://payments.internal/health";
    outcome.address = "10.0.3.21:443";
    outcome.phases = {{phase::resolve, microseconds(1240)},
                      {phase::connect, microseconds(610)},
                      {phase::handshake, microseconds(3110)}};
    outcome.total = microseconds(4960);
    outcome.failure =
        Failure{"handshake", Cause::tls_unknown_authority, "unable to get local issuer certificate"};
    outcome.attempts = {{"10.0.3.20:443", Cause::tcp_refused, microseconds(200)},
                        {"10.0.3.21:443", std::nullopt, microseconds(610)}};
    return outcome;
}

Outcome database() {
    Outcome outcome = test::bad();
    outcome.address = "";
    outcome.failure->detail = "10.0.1.7:5432: no answer within 2.00 s (SYN sent 2 times)";
    return outcome;
}

std::vector<Outcome> ten_dependencies() {
    std::vector<Outcome> all;
    for (const char* name : {"cache", "sessions", "limits", "queue"})
        all.push_back(test::good(name));
    all.push_back(database());
    all.push_back(payments());
    for (const char* name : {"search", "flags", "mail", "audit-log-of-the-whole-company"})
        all.push_back(test::good(name));
    all[1].gauge("redis.clients", 96, 100, true);
    all[2].suspect = true;
    all[6].note =
        "discovered from SEARCH_URL: only a connection is tried and no request was sent, since one to a "
        "stranger's URL may do something";
    return all;
}

task::Look trouble() {
    task::Look look;
    look.evidence.gauge("task.memory", 498 * kMebi, 512 * kMebi, true);
    look.evidence.gauge("task.descriptors", 41, 1024, true);
    look.evidence.fact("task.memory_sizing", FactClass::informational,
                       "peak 507 MiB asks for a limit of 650 MiB; the limit is 512 MiB");
    look.evidence.fact("env.FEATURE_FLAGS_KEY", FactClass::required, kMissing);
    look.checks = {{"memory", Cause::task_oom_killed, true, "2 processes were killed since the task began"}};
    return look;
}

std::vector<Outcome> repeated() {
    std::vector<Outcome> all;
    for (int i = 0; i < 120; ++i) {
        auto outcome = test::good();
        const int factor = 10 + (i * 7919) % 13 + (i % 40 == 0 ? 200 : 0);
        for (auto& phase : outcome.phases)
            phase.duration = phase.duration * factor / 10;
        outcome.total = outcome.total * factor / 10;
        all.push_back(std::move(outcome));
    }
    for (int i = 0; i < 12; ++i)
        all.push_back(i % 4 == 3 ? database() : test::good("database"));
    return all;
}

void hold(const std::string& name, const std::string& text) {
    const char* source = std::getenv("PLUMB_SOURCE_DIR");
    const auto path =
        std::string(source == nullptr ? "." : source) + "/tests/unit/agent/table_snapshots/" + name;
    if (std::getenv("PLUMB_WRITE_SNAPSHOTS") != nullptr) std::ofstream(path) << text;
    EXPECT_EQ(text, plumb::test::read_whole(path)) << path;
}

class TableSnapshot : public testing::TestWithParam<int> {
  protected:
    TableSnapshot() {
        options_.terminal = Terminal(false, GetParam());
        options_.kinds = kinds_;
        options_.task = &look_;
        options_.task_name = "orders";
    }
    std::string name(const char* scene) const {
        return std::string(scene) + "-" + std::to_string(GetParam()) + ".txt";
    }
    void expect_fits(const std::string& text) const {
        const auto lines = split(text, '\n');
        for (std::size_t i = 0; i + 2 < lines.size(); ++i)  // the last one is the result, whole
            EXPECT_LE(display_width(lines[i]), static_cast<std::size_t>(GetParam())) << lines[i];
    }

    const std::vector<Kind> kinds_ = kinds();
    task::Look look_ = trouble();
    TableOptions options_;
};

TEST_P(TableSnapshot, an_incident_with_ten_dependencies) {
    const auto text = render_table(ten_dependencies(), options_);
    expect_fits(text);
    hold(name("incident"), text);
}

TEST_P(TableSnapshot, many_runs) {
    look_ = {};
    look_.evidence.gauge("task.memory", 212 * kMebi, 512 * kMebi, true);
    look_.evidence.gauge("task.descriptors", 41, 1024, true);
    const auto text = render_table(repeated(), options_);
    expect_fits(text);
    hold(name("repeat"), text);
}

TEST_P(TableSnapshot, everything) {
    options_.verbose = true;
    auto outcome = database();
    outcome.said = {{microseconds(2), true, "DNS: the addresses of db"},
                    {microseconds(310), false, "10.0.1.7, kept for 5 s"},
                    {microseconds(322), true, "TCP SYN to 10.0.1.7:5432"}};
    const auto text = render_table({outcome, test::good()}, options_);
    expect_fits(text);
    hold(name("verbose"), text);
}

INSTANTIATE_TEST_SUITE_P(Widths, TableSnapshot, testing::Values(60, 80, 100, 140));

TEST(TableSnapshotInColour, an_incident) {
    const auto all = kinds();
    const auto look = trouble();
    TableOptions options;
    options.terminal = Terminal(true, 80);
    options.kinds = all;
    options.task = &look;
    options.task_name = "orders";
    hold("incident-colour-80.txt", render_table(ten_dependencies(), options));
}

}  // namespace
}  // namespace plumb::agent
