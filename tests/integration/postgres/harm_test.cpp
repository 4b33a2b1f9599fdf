// What the probe costs the server: its connections and the lines of its log, counted there.
#include "probes/postgres/postgres.hpp"
#include "tests/integration/postgres/run_probe.hpp"
#include "tests/integration/probe_run/kept_probe.hpp"
#include "tests/support/postgres_server.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kRuns = 5;
constexpr const char* kModes[] = {"disable", "require", "prefer"};

PostgresSpec spec(bool logs_sessions) {
    PostgresSpec made;
    made.identity = self_signed();
    made.logs_sessions = logs_sessions;
    // A second connection at the same time would be refused.
    made.setup = "CREATE ROLE app LOGIN CONNECTION LIMIT 1 PASSWORD '" + std::string(kPassword) +
                 "' IN ROLE pg_monitor";
    return made;
}

std::string url(const PostgresServer& server, const std::string& mode) {
    return "postgres://app:" + std::string(kPassword) + "@127.0.0.1:" + std::to_string(server.port()) +
           "/postgres?sslmode=" + mode;
}

int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++found;
    return found;
}

// A session leaves the server a moment after it has left us. One watcher for all, since each would leave so
// too.
class Watcher {
  public:
    explicit Watcher(const PostgresServer& server) : held_(server.admin_conninfo("postgres")) {}
    void await_gone() const {
        held_.run(
            "DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'app') LOOP"
            " PERFORM pg_sleep(0.002), pg_stat_clear_snapshot(); END LOOP; END $$");
    }

  private:
    PostgresServer::Held held_;
};

// So many runs of each depth, in each mode, one after the other.
void run_all(const PostgresServer& server, const Watcher& watcher) {
    for (const char* mode : kModes) {
        KeptProbe probe(postgres_kind(), url(server, mode));
        for (const Depth depth : {Depth::connect, Depth::login, Depth::inspect}) {
            for (int i = 0; i < kRuns; ++i) {
                EXPECT_EQ(failure_of(probe.run(depth)), "ok");
                watcher.await_gone();
            }
        }
    }
}

std::vector<std::string> lines_without(const std::string& log, const std::vector<std::string>& expected) {
    std::vector<std::string> others;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        const bool known = std::any_of(expected.begin(), expected.end(), [&line](const std::string& part) {
            return line.find(part) != std::string::npos;
        });
        if (!known) others.push_back(line);
    }
    return others;
}

TEST(PostgresHarm, each_depth_goes_so_far_and_no_further) {
    const PostgresServer server(spec(true));
    const Watcher watcher(server);
    KeptProbe probe(postgres_kind(), url(server, "require"));
    EXPECT_THAT(phases_of(probe.run(Depth::connect)), ElementsAre("resolve", "connect", "handshake"));
    EXPECT_THAT(phases_of(probe.run(Depth::login)),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query"));
    watcher.await_gone();
    EXPECT_THAT(phases_of(probe.run(Depth::inspect)),
                ElementsAre("resolve", "connect", "handshake", "authenticate", "query", "inspect"));
    KeptProbe plain(postgres_kind(), url(server, "disable"));
    EXPECT_THAT(phases_of(plain.run(Depth::connect)), ElementsAre("resolve", "connect"));
}

TEST(PostgresHarm, a_run_is_one_connection_by_name_and_leaves_in_good_order) {
    PostgresServer server(spec(true));
    const Watcher watcher(server);
    run_all(server, watcher);
    server.stop();
    const int modes = std::size(kModes);
    const auto log = server.log();
    EXPECT_EQ(count(log, "connection received: host=127.0.0.1"), modes * 3 * kRuns);
    EXPECT_EQ(count(log, "connection authorized: user=app database=postgres application_name=plumbline"),
              modes * 2 * kRuns);
    EXPECT_EQ(count(log, "user=app database=postgres host=127.0.0.1"), modes * 2 * kRuns);  // disconnections
    EXPECT_THAT(log, testing::Not(testing::HasSubstr("could not")));
}

TEST(PostgresHarm, of_a_server_with_its_usual_log_no_run_of_ours_makes_a_line) {
    PostgresServer server(spec(false));
    const auto before = server.log().size();
    const Watcher watcher(server);
    run_all(server, watcher);
    server.stop();
    const std::vector<std::string> its_own{
        "received fast shutdown request",
        "terminating connection due to administrator command",  // the watcher
        "aborting any active transactions",
        "background worker",
        "shutting down",
        "checkpoint",
        "database system is shut down"};
    EXPECT_THAT(lines_without(server.log().substr(before), its_own), IsEmpty());
}

}  // namespace
}  // namespace plumb::test
