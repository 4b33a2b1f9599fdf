// A fleet that keeps within the controller's budget: a real controller, real agents, and a real PostgreSQL
// that counts who logs in.
#include "model/window_json.hpp"
#include "tests/integration/controller/controller_process.hpp"
#include "tests/integration/controller/report_client.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/windows.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::size_t count(const std::string& text, const std::string& words) {
    std::size_t found = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + words.size()))
        ++found;
    return found;
}

// For what other processes do; false after a minute.
bool eventually(const std::function<bool()>& ready) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!ready()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

class LoginBudget : public testing::Test {
  protected:
    // Runs every 50 ms in windows of 1 s: two log-ins a second by its own cadence. Nobody looks at the task:
    // six that read one image at once are late for their log-ins.
    void start(const std::string& environment, const std::string& task, const std::string& controller) {
        const auto config = folder.write(
            task + ".yaml",
            fmt::format("{}environment: {}\nservice: checkout\nlabels: {{task: {}}}\nwindow: 1s\n"
                        "task: false\ntargets:\n"
                        "  database: {{url: 'postgres://app:Correct-Horse-7@127.0.0.1:{}/postgres', "
                        "interval: 50ms, timeout: 10s}}\n",
                        controller.empty() ? "" : "controller: " + controller + "\n", environment, task,
                        server.port()));
        test::ChildSpec spec;
        spec.command = {
            test::program_of_this_build("plumb-agent"), "run", "--config", config, "--output", output(task)};
        spec.output_file = folder.file(task + ".log");
        agents.push_back(std::make_unique<test::ChildProcess>(spec));
    }

    std::string output(const std::string& task) const { return folder.file(task + ".jsonl"); }

    std::vector<Window> windows_of(const std::string& task) const {
        std::ifstream file(output(task));
        std::vector<Window> windows;
        for (std::string line; std::getline(file, line) && !file.eof();) {
            auto window = parse_window(line);
            if (window) windows.push_back(*std::move(window));
        }
        return windows;
    }

    // The pace that the task's newest window tells alone; "" when it tells none.
    std::string pace(const std::string& task) const {
        const auto windows = windows_of(task);
        std::string told;
        if (windows.empty()) return told;
        for (const auto& fact : windows.back().dependencies.at(0).facts) {
            if (fact.name == "probe.pace") told += fact.value;
        }
        return told;
    }

    struct Sum {
        std::uint64_t runs = 0;
        std::uint64_t succeeded = 0;
        std::uint64_t log_ins = 0;
    };
    Sum sum_of(const std::string& task) const {
        Sum sum;
        for (const auto& window : windows_of(task)) {
            const auto& dependency = window.dependencies.at(0);
            sum.runs += dependency.runs;
            sum.succeeded += dependency.succeeded;
            for (const auto& phase : dependency.phases) {
                if (phase.name == "authenticate") sum.log_ins += phase.reached;
            }
        }
        return sum;
    }

    std::size_t logged_in() const { return count(server.log(), "connection authorized: user=app"); }

    test::TempDir folder;
    test::PostgresServer server{[] {
        test::PostgresSpec spec;
        spec.setup = "create role app login password 'Correct-Horse-7'; grant pg_monitor to app";
        return spec;
    }()};
    std::vector<std::unique_ptr<test::ChildProcess>> agents;
};

TEST_F(LoginBudget, a_fleet_logs_in_no_more_often_than_its_budget_and_is_compared_all_the_same) {
    const test::ControllerProcess controller(folder, {"--login-budget", "1/s"});
    std::vector<std::string> tasks;
    for (const std::string environment : {"staging", "production"}) {
        for (const char* number : {"-1", "-2", "-3"}) {
            tasks.push_back(environment + number);
            start(environment, tasks.back(), controller.grpc());
        }
    }
    ASSERT_TRUE(eventually([&] {
        return std::all_of(tasks.begin(), tasks.end(),
                           [&](const auto& task) { return pace(task) == "log-ins 3.00 s apart"; });
    }));
    // Three agents an environment, each of which may log in every three seconds.
    const auto began = std::chrono::steady_clock::now();
    const auto before = logged_in();
    const auto windows = windows_of(tasks[0]).size();
    ASSERT_TRUE(eventually([&] { return windows_of(tasks[0]).size() >= windows + 9; }));
    const auto log_ins = logged_in() - before;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    EXPECT_LE(static_cast<double>(log_ins), 2 * took.count() + 6) << "six agents, each at any time";
    EXPECT_GE(log_ins, 6U) << "nobody is silenced";

    const auto page = test::http_get(controller.http(), "/metrics");
    EXPECT_THAT(page,
                HasSubstr("plumb_login_agents{environment=\"production\",dependency=\"database\"} 3\n"));
    EXPECT_THAT(page,
                HasSubstr("plumb_login_seconds_apart{environment=\"staging\",dependency=\"database\"} 3\n"));
    // The windows without a log-in are no fault, and nobody lacks what it did not look at.
    const auto gate = test::plumbctl(
        {"gate", "--controller", controller.grpc(), "--baseline", "staging", "--candidate", "production"});
    EXPECT_EQ(gate.exit_code, 0) << gate.output << gate.errors;

    // Only log-ins are slowed.
    const auto sum = sum_of(tasks[0]);
    EXPECT_GE(sum.runs, 4 * sum.log_ins);
    EXPECT_EQ(sum.succeeded, sum.runs);

    // Who is left has the budget for itself.
    for (std::size_t i = 1; i < agents.size(); ++i) {
        agents[i]->signal(SIGTERM);
        EXPECT_EQ(agents[i]->wait(20s), 0);
    }
    EXPECT_TRUE(eventually([&] { return pace(tasks[0]) == "log-ins 1.00 s apart"; })) << pace(tasks[0]);
}

TEST_F(LoginBudget, an_agent_without_a_controller_keeps_its_own_cadence) {
    start("staging", "alone", "");
    ASSERT_TRUE(eventually([&] { return windows_of("alone").size() >= 4; }));
    const auto sum = sum_of("alone");
    EXPECT_GE(sum.log_ins, sum.runs / 10) << "each tenth run";
    EXPECT_EQ(pace("alone"), "");
}

// By hand, to see what is on the wire.
class LoginPaces : public testing::Test {
  protected:
    static v1::ReportRequest hello(const std::string& agent, const std::vector<std::string>& logs_in) {
        v1::ReportRequest request;
        auto& message = *request.mutable_hello();
        message.set_agent(agent);
        for (const auto& [name, value] : test::labels_of("staging"))
            (*message.mutable_labels())[name] = value;
        message.mutable_logs_in()->Assign(logs_in.begin(), logs_in.end());
        return request;
    }
    test::TempDir folder;
    test::ControllerProcess controller{folder, {"--login-budget", "30/m"}};
    std::shared_ptr<grpc::Channel> channel = test::plain_channel(controller.grpc());
};

TEST_F(LoginPaces, come_at_once_after_the_hello_and_again_when_the_fleet_has_grown) {
    test::ReportClient one(channel);
    one.send(hello("a", {"cache", "database"}));
    EXPECT_EQ(one.paces(2), (std::map<std::string, double>{{"cache", 2}, {"database", 2}}));
    test::ReportClient two(channel);
    two.send(hello("b", {"database"}));
    EXPECT_EQ(two.paces(1), (std::map<std::string, double>{{"database", 4}}));
    EXPECT_EQ(one.paces(3), (std::map<std::string, double>{{"cache", 2}, {"database", 4}}));
    two.cancel();
    EXPECT_EQ(one.paces(4), (std::map<std::string, double>{{"cache", 2}, {"database", 2}}));
}

TEST_F(LoginPaces, come_to_nobody_who_logs_in_nowhere) {
    test::ReportClient client(channel);
    client.send(hello("a", {})).send(test::window_of("a", 1, test::labels_of("staging")));
    client.acknowledged(1);
    EXPECT_TRUE(client.finish().ok());
    EXPECT_TRUE(client.paces(0).empty());
}

TEST_F(LoginPaces, a_name_that_is_none_is_refused) {
    test::ReportClient client(channel);
    client.send(hello("a", {std::string(1000, 'x')}));
    EXPECT_EQ(client.status().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace plumb
