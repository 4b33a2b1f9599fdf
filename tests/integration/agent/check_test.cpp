// `plumb-agent check` and the small commands, as a process.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <atomic>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using plumb::test::FullQueueListener;
using plumb::test::RefusingPort;
using plumb::test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(CheckProgram, one_object_on_stdout_and_0_when_every_outcome_is_ok) {
    const Listener server;
    const auto done = agent({"check", "--target", "cache=tcp://" + place(server.port()), "--format", "json"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    const auto root = json_of(done);
    EXPECT_TRUE(root.at("agent").as_object().contains("version"));
    EXPECT_TRUE(root.at("task").as_object().contains("hostname"));
    ASSERT_EQ(root.at("outcomes").as_array().size(), 1U);
    const auto& outcome = root.at("outcomes").at(0).as_object();
    EXPECT_EQ(outcome.at("dependency"), "cache");
    EXPECT_EQ(outcome.at("kind"), "tcp");
    EXPECT_EQ(outcome.at("ok"), true);
    EXPECT_EQ(boost::json::value_to<std::string>(outcome.at("address")), place(server.port()));
    std::int64_t sum = 0;
    for (const auto& phase : outcome.at("phases").as_array())
        sum += phase.at("us").as_int64();
    EXPECT_EQ(sum, outcome.at("total_us").as_int64());
}

TEST(CheckProgram, a_failure_is_1_with_its_phase_and_cause) {
    const RefusingPort refusing;
    const auto done =
        agent({"check", "--target", "cache=tcp://" + place(refusing.port()), "--format", "json"});
    EXPECT_EQ(done.exit_code, 1) << done.errors;
    const auto root = json_of(done);
    const auto& outcome = root.at("outcomes").at(0).as_object();
    EXPECT_EQ(outcome.at("ok"), false);
    EXPECT_EQ(outcome.at("failure").at("phase"), "connect");
    EXPECT_EQ(outcome.at("failure").at("cause"), "tcp.refused");
}

TEST(CheckProgram, the_table_ends_with_the_result_in_words) {
    const RefusingPort refusing;
    const Listener server;
    const auto done = agent({"check", "--target", "cache=tcp://" + place(refusing.port()), "--target",
                             "search=tcp://" + place(server.port())});
    EXPECT_EQ(done.exit_code, 1);
    EXPECT_EQ(result_in(done.output), "Result: 1 of 2 dependencies failed: cache (connect: tcp.refused).");
    EXPECT_THAT(done.output, Not(HasSubstr("\x1b")));
}

TEST(CheckProgram, repeat_gives_exactly_that_many_outcomes_of_each_target) {
    const RefusingPort refusing;
    const Listener server;
    const auto done =
        agent({"check", "--repeat", "20", "--format", "json", "--target", "a=tcp://" + place(server.port()),
               "--target", "b=tcp://" + place(refusing.port())});
    EXPECT_EQ(done.exit_code, 1);
    std::map<std::string, int> count;
    const auto root = json_of(done);
    for (const auto& outcome : root.at("outcomes").as_array()) {
        ++count[boost::json::value_to<std::string>(outcome.at("dependency"))];
    }
    EXPECT_EQ(count, (std::map<std::string, int>{{"a", 20}, {"b", 20}}));
}

TEST(CheckProgram, a_time_out_names_the_phase_that_hung) {
    const FullQueueListener full;
    const auto done = agent({"check", "--timeout", "200ms", "--format", "json", "--target",
                             "database=tcp://" + place(full.port())});
    EXPECT_EQ(done.exit_code, 1);
    EXPECT_EQ(json_of(done).at("outcomes").at(0).at("failure").at("cause"), "tcp.timeout");
}

TEST(CheckProgram, targets_come_from_the_environment) {
    const Listener server;
    const auto done = agent({"check", "--format", "json"},
                            {"CACHE_HOST=127.0.0.1", "CACHE_PORT=" + std::to_string(server.port()),
                             "PAYMENTS_API_URL=http://" + place(server.port()) + "/hunter2?key=hunter2",
                             "AWS_ENDPOINT_URL=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1"});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    const auto root = json_of(done);
    ASSERT_EQ(root.at("outcomes").as_array().size(), 2U);
    EXPECT_EQ(root.at("outcomes").at(0).at("dependency"), "cache");
    EXPECT_EQ(root.at("outcomes").at(1).at("dependency"), "payments-api");
    EXPECT_EQ(root.at("outcomes").at(1).at("kind"), "http");
    EXPECT_THAT(boost::json::value_to<std::string>(root.at("outcomes").at(1).at("note")),
                HasSubstr("no request was sent"));
    EXPECT_EQ(boost::json::value_to<std::string>(root.at("outcomes").at(1).at("target")),
              "http://" + place(server.port()));
    EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2")));
}

TEST(CheckProgram, a_variable_that_no_probe_can_use_is_said_and_the_others_are_checked) {
    const Listener server;
    const auto done = agent({"check"}, {"CACHE_HOST=127.0.0.1", "CACHE_PORT=" + std::to_string(server.port()),
                                        "DATABASE_URL=postgres://app:hunter2@db:99999/x"});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.errors, HasSubstr("DATABASE_URL: "));
    EXPECT_THAT(done.errors, Not(HasSubstr("hunter2")));
}

TEST(CheckProgram, nothing_to_check_is_2_and_teaches) {
    const auto done = agent({"check"});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_EQ(done.output, "");
    EXPECT_THAT(done.errors, HasSubstr("--target database=env:DATABASE_URL"));
}

TEST(CheckProgram, bad_usage_and_bad_targets_are_2) {
    for (const auto& words :
         std::vector<std::vector<std::string>>{{},
                                               {"nonsense"},
                                               {"check", "--nonsense"},
                                               {"check", "--target", "nonsense"},
                                               {"check", "--target", "a=gopher://x"},
                                               {"check", "--target", "a=tcp://x"},
                                               {"check", "--target", "a=tcp://x:1", "--only", "b"},
                                               {"check", "--config", "/does/not/exist"},
                                               {"check", "--target", "a=tcp://x:1", "--resolver", "nonsense"},
                                               {"run"},
                                               {"explain", "nonsense"}}) {
        const auto done = agent(words);
        EXPECT_EQ(done.exit_code, 2) << testing::PrintToString(words);
        EXPECT_EQ(done.output, "");
        EXPECT_NE(done.errors, "");
    }
}

TEST(CheckProgram, a_secret_shows_nowhere) {
    const RefusingPort refusing;
    const auto address = place(refusing.port());
    const plumb::test::TempDir directory;
    const auto secret_file = directory.write("secret", "rediss://:hunter2@" + address + "/0\n");
    const auto config = directory.write("plumb.yaml", "targets:\n  a: postgres://app:${PASSWORD}@" + address +
                                                          "/x\n"
                                                          "  b: {url: 'redis://:hunter2@" +
                                                          address + "/0', interval: 1s}\n");
    const std::vector<std::string> variables{"DB=postgres://app:hunter2@" + address + "/x?password=hunter2",
                                             "PASSWORD=hunter2"};
    for (const auto& more : std::vector<std::vector<std::string>>{{}, {"--verbose"}, {"--format", "json"}}) {
        for (auto words : std::vector<std::vector<std::string>>{
                 {"check", "--target", "a=env:DB", "--target", "b=file:" + secret_file, "--target",
                  "c=http://user:hunter2@" + address + "/?token=hunter2", "--target",
                  "d=amqp://u:hunter2@" + address},
                 {"check", "--config", config}}) {
            words.insert(words.end(), more.begin(), more.end());
            const auto done = agent(words, variables);
            EXPECT_EQ(done.exit_code, 1) << done.errors;
            EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2")));
        }
    }
}

TEST(CheckProgram, a_misplaced_secret_shows_in_no_complaint) {
    const plumb::test::TempDir directory;
    for (const char* text :
         {"targets: postgres://app:hunter2@db/x\n", "window: postgres://app:hunter2@db/x\n",
          "targets: {'postgres://app:hunter2@db/x': y}\n", "targets: [postgres://app:hunter2@db/x]\n",
          "postgres://app:hunter2@db/x: 1\n", "targets: {a: {url: 'postgres://app:hunter2@db:x/y'}}\n",
          "targets: {a: 'redis://:hunter2@c/0?nonsense=hunter2'}\n",
          "targets: {a: 'env:redis://:hunter2@c'}\n", "targets: {a: 'file:redis://:hunter2@c'}\n",
          "targets: {a: 'tcp://a:1'}\nlabels: {'redis://:hunter2@c': x}\n",
          "targets: {a: {url: 'tcp://a:1', interval: 'app:hunter2@db'}}\n", "tls: redis:/x:hunter2@c\n",
          "plaintext: redis:/x:hunter2@c\n", "controller: redis:/x:hunter2@c\n",
          "a: 1\n'redis:/x:hunter2@c': 2\n'redis:/x:hunter2@c': 2\n"}) {
        const auto done = agent({"validate", "--config", directory.write("plumb.yaml", text)});
        EXPECT_EQ(done.exit_code, 2) << text;
        EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2"))) << text;
    }
    const std::string url = "postgres://app:hunter2@db/x";
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"check", "--config", url},
                                               {"validate", "--config", url},
                                               {"run", "--config", url},
                                               {"explain", url},
                                               {"check", "--target", "a=env:" + url},
                                               {"check", "--target", "a=file:" + url},
                                               {"check", "--target", "app:hunter2@db=tcp://a:1"},
                                               {"check", "--target", "a=tcp://a:1", "--only", url},
                                               {"check", "--target", "a=tcp://a:1", "--resolver", url}}) {
        const auto done = agent(words);
        EXPECT_EQ(done.exit_code, 2) << testing::PrintToString(words);
        EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2"))) << testing::PrintToString(words);
    }
}

TEST(CheckProgram, a_secret_by_variable_stays_off_the_command_line) {
    const FullQueueListener full;
    plumb::test::ChildSpec spec;
    spec.command = {agent_path(), "check", "--timeout", "60s", "--target", "a=env:DB"};
    spec.environment = {"DB=postgres://app:hunter2@" + place(full.port()) + "/x"};
    const plumb::test::TempDir directory;
    spec.output_file = directory.file("output");
    plumb::test::ChildProcess child(spec);
    ASSERT_TRUE(eventually([&] {
        const auto line = contents("/proc/" + std::to_string(child.pid()) + "/cmdline");
        return line.find("env:DB") != std::string::npos;
    }));
    EXPECT_THAT(contents("/proc/" + std::to_string(child.pid()) + "/cmdline"), Not(HasSubstr("hunter2")));
    child.signal(SIGKILL);
    child.wait(std::chrono::seconds(20));
    EXPECT_THAT(contents(spec.output_file), Not(HasSubstr("hunter2")));
}

// One target at a time: `quick` answers, and while `slow` waits the check is interrupted.
class InterruptedCheck {
  public:
    // After `runs` of quick: its last connection has closed, so its outcomes are known.
    InterruptedCheck(const std::vector<std::string>& more, int runs, int signal) {
        plumb::test::ChildSpec spec;
        spec.command = {agent_path(),    "check",
                        "--timeout",     "60s",
                        "--concurrency", "1",
                        "--target",      "quick=tcp://" + place(server_.port()),
                        "--target",      "slow=tcp://" + place(full_.port())};
        spec.command.insert(spec.command.end(), more.begin(), more.end());
        spec.output_file = directory_.file("output");
        plumb::test::ChildProcess child(spec);
        EXPECT_TRUE(eventually([&] { return closed_ == runs; }));
        child.signal(signal);
        EXPECT_EQ(child.wait(std::chrono::seconds(20)), 1);
        text = contents(spec.output_file);
    }

    std::string text;  // of both streams

  private:
    const FullQueueListener full_;
    std::atomic<int> closed_ = 0;
    const ScriptedServer server_{[this](plumb::test::Connection& peer) {
        peer.wait_for_close();
        ++closed_;
    }};
    const plumb::test::TempDir directory_;
};

TEST(CheckProgram, an_interruption_prints_what_is_known) {
    const InterruptedCheck check({"--repeat", "2"}, 2, SIGINT);
    EXPECT_THAT(check.text, HasSubstr("✓ quick"));
    // It may have begun by then.
    EXPECT_THAT(check.text, testing::AnyOf(HasSubstr("not checked before the interruption: slow"),
                                           testing::ContainsRegex("- slow +tcp +interrupted in ")));
    EXPECT_THAT(check.text, HasSubstr("Interrupted after 2 of 4 runs; 1 of 2 targets not checked."));
}

TEST(CheckProgram, an_interrupted_json_says_so_and_what_was_not_checked) {
    const InterruptedCheck check({"--format", "json"}, 1, SIGHUP);  // as a terminal that goes away does
    boost::system::error_code error;
    // After what was told on standard error.
    const auto json = check.text.substr(std::min(check.text.find('{'), check.text.size()));
    const auto root = boost::json::parse(json, error);
    ASSERT_FALSE(error) << check.text;
    EXPECT_EQ(root.at("interrupted"), true);
    EXPECT_EQ(root.at("not_checked"), boost::json::array{"slow"});
    EXPECT_EQ(root.at("outcomes").as_array().size(), 1U);
}

TEST(CheckProgram, validate_lists_every_error_with_its_line_or_says_ok) {
    const plumb::test::TempDir directory;
    const auto good = directory.write("good.yaml", "targets:\n  a: tcp://a:1\n  b: redis://b\n");
    const auto done = agent({"validate", "--config", good});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(done.output, "ok: 2 targets\n");
    const auto bad =
        directory.write("bad.yaml", "window: never\ntargets:\n  a: gopher://a\n  b: tcp://b\n  c: ${NOPE}\n");
    const auto refused = agent({"validate", "--config", bad});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.output, "");
    for (const char* part : {"bad.yaml:1: ", "bad.yaml:3: target 'a': ", "bad.yaml:4: target 'b': ",
                             "bad.yaml:5: target 'c': the environment variable NOPE is not set"}) {
        EXPECT_THAT(refused.errors, HasSubstr(part));
    }
}

TEST(CheckProgram, a_file_that_names_missing_places_is_told_each_with_its_line_and_remedies_stay_whole) {
    const plumb::test::TempDir directory;
    const auto words_alone = directory.write("key.pem", "no key\n");
    const auto bad = directory.write(
        "bad.yaml",
        "controller: plumb.internal:7443\nenvironment: e\nservice: s\ntls:\n  ca: /no/ca\n  cert: /dev/null\n"
        "  key: " +
            words_alone + "\nresolver: ns.internal\ntargets:\n  a: gopher://a\n  b:\n");
    for (const auto& words : std::vector<std::vector<std::string>>{{"validate"}, {"run", "--output", "-"}}) {
        auto command = words;
        command.insert(command.end(), {"--config", bad});
        const auto refused = agent(command);
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_EQ(refused.output, "");
        for (const char* part :
             {"bad.yaml:5: tls.ca: /no/ca: no such file",
              "bad.yaml:6: tls.cert: /dev/null: is a device, no regular file", "key.pem holds no PEM",
              "bad.yaml:8: resolver: a DNS server is written IP:PORT",
              "bad.yaml:10: target 'a': unknown scheme 'gopher'",
              "bad.yaml:11: target 'b' has no url; write `url: redis://cache:6379/0`"}) {
            EXPECT_THAT(refused.errors, HasSubstr(part)) << words[0];
        }
    }
    const auto checked =
        agent({"check", "--config", directory.write("r.yaml", "resolver: ns\ntargets: {a: 'tcp://a:1'}")});
    EXPECT_EQ(checked.exit_code, 2);
    EXPECT_THAT(checked.errors, HasSubstr("r.yaml:1: resolver: "));
}

TEST(CheckProgram, version_and_explain_answer) {
    EXPECT_THAT(agent({"version"}).output, StartsWith("plumb-agent "));
    const auto page = agent({"explain", "28P01"});
    EXPECT_EQ(page.exit_code, 0);
    EXPECT_THAT(page.output, StartsWith("postgres.auth_failed"));
    EXPECT_EQ(agent({"explain"}).exit_code, 0);
    const auto unknown = agent({"explain", "tcp.timout"});
    EXPECT_EQ(unknown.exit_code, 2);
    EXPECT_THAT(unknown.errors, HasSubstr("did you mean 'tcp.timeout'?"));
    const auto help = agent({"check", "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, HasSubstr("Examples:"));
}

}  // namespace
}  // namespace plumb::agent::test
