// The agent where nothing else is: an image made FROM scratch, read-only, as nobody, without capabilities, as
// `docker exec` and ECS Exec run it, with a terminal and without one.
#include "base/terminal.hpp"
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/screen_model.hpp"
#include "tests/support/bare_root.hpp"
#include "tests/support/sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using plumb::test::BareRoot;
using plumb::test::BareRun;
using testing::HasSubstr;
using testing::Not;

// Takes connections, and says nothing.
struct Listener {
    plumb::test::Descriptor socket = plumb::test::listen_on_loopback();
    std::string port() const { return std::to_string(plumb::test::local_port(socket.get())); }
};

class BareContainer : public testing::Test {
  protected:
    void SetUp() override {
        if (!BareRoot::possible()) GTEST_SKIP() << "mount and process namespaces need root";
    }
    plumb::test::BareResult check(const Listener& server, std::vector<std::string> more, BareRun run = {}) {
        run.arguments = {"check"};
        run.arguments.insert(run.arguments.end(), more.begin(), more.end());
        // A sanitizer's leak check wants to attach to its own process, which nobody may here.
        run.environment = {"CACHE_URL=tcp://127.0.0.1:" + server.port(), "ASAN_OPTIONS=detect_leaks=0",
                           "DB_PASSWORD=pl4nted-s3cret"};
        return root_.run(run);
    }

  private:
    BareRoot root_{agent_path()};
};

TEST_F(BareContainer, check_reads_the_environment_and_prints_plain_text_into_a_pipe) {
    const Listener server;
    const auto done = check(server, {});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_THAT(done.output, HasSubstr("cache"));
    EXPECT_THAT(done.output, HasSubstr("Result: the one dependency is ok."));
    EXPECT_THAT(done.output, Not(HasSubstr("\x1b[")));
}

TEST_F(BareContainer, check_fills_the_terminals_width_in_colour) {
    const Listener server;
    for (const unsigned short columns : {60, 100}) {
        BareRun run;
        run.terminal = true;
        run.columns = columns;
        const auto done = check(server, {}, run);
        EXPECT_EQ(done.exit_code, 0) << done.output;
        EXPECT_THAT(done.output, HasSubstr("\x1b[32m✓\x1b[0m \x1b[1mcache\x1b[0m"));
        ScreenModel screen(200, 40);  // wider: what a line takes is seen
        screen.write(done.output);
        std::size_t widest = 0;
        for (const auto& line : screen.lines())
            widest = std::max(widest, display_width(line));
        EXPECT_EQ(widest, columns) << done.output;
        EXPECT_EQ(screen.count("Result: the one dependency is ok."), 1U) << done.output;
    }
}

TEST_F(BareContainer, the_task_is_told_as_far_as_it_can_be_seen_and_no_secret_with_it) {
    const Listener server;
    const auto done = check(server, {"--format", "json"});
    ASSERT_EQ(done.exit_code, 0) << done.output;
    const auto root = boost::json::parse(done.output).as_object();
    const auto& facts = root.at("task").at("facts").as_object();
    EXPECT_EQ(facts.at("image.os"), "none");
    EXPECT_EQ(facts.at("env.CACHE_URL"), "tcp URL");
    EXPECT_EQ(facts.at("task.capabilities"), "none");
    EXPECT_EQ(facts.at("task.read_only_root"), "yes");
    EXPECT_EQ(facts.at("task.user"), "uid 65534 gid 65534");
    EXPECT_TRUE(facts.contains("sockets.census"));
    EXPECT_THAT(done.output, Not(HasSubstr("pl4nted")));
}

TEST_F(BareContainer, a_name_is_asked_of_the_vpcs_resolver_when_there_is_no_resolv_conf) {
    const Listener server;
    const auto done =
        check(server, {"--target", "name=dns://nowhere.example", "--timeout", "300ms", "--format", "json"});
    EXPECT_EQ(done.exit_code, 1) << done.output;
    const auto root = boost::json::parse(done.output).as_object();
    const auto& outcome = root.at("outcomes").at(0).as_object();
    EXPECT_EQ(outcome.at("failure").at("phase"), "resolve");
    EXPECT_EQ(outcome.at("facts").at("dns.resolver"), "169.254.169.253:53");
}

TEST_F(BareContainer, the_sidecar_writes_a_window_to_standard_output) {
    const Listener server;
    BareRoot root(agent_path());
    root.write("plumb.yaml", "targets: {cache: \"tcp://127.0.0.1:" + server.port() + "\"}\n");
    BareRun run;
    run.arguments = {"run", "--config", "/plumb.yaml", "--once", "--output", "-"};
    run.environment = {"ASAN_OPTIONS=detect_leaks=0"};
    const auto done = root.run(run);
    EXPECT_EQ(done.exit_code, 0);
    const auto window = parse_window(done.output.substr(0, done.output.find('\n')));
    ASSERT_TRUE(window.has_value()) << done.output;
    ASSERT_EQ(window->dependencies.size(), 2U);
    EXPECT_EQ(window->dependencies[0].dependency, "cache");
    EXPECT_EQ(window->dependencies[0].succeeded, 1U);
    EXPECT_EQ(window->dependencies[1].kind, "task");
}

}  // namespace
}  // namespace plumb::agent::test
