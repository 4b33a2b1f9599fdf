// `plumb-agent check` as a person has it before their eyes: on a terminal, round after round, and in every
// word.
#include "base/terminal.hpp"
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/integration/agent/pty_program.hpp"
#include "tests/integration/agent/screen_model.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using plumb::test::Connection;
using plumb::test::FullQueueListener;
using plumb::test::RefusingPort;
using plumb::test::ScriptedServer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

std::vector<std::string> lines_in(const std::string& path) {
    std::vector<std::string> out;
    std::istringstream lines(contents(path));
    for (std::string line; std::getline(lines, line);)
        out.push_back(line);
    return out;
}

TEST(CheckOnATerminal, the_table_has_colour_and_the_terminals_width) {
    const RefusingPort refusing;
    PtyProgram program({"check", "--target", "cache=tcp://" + place(refusing.port())}, {100, 40});
    EXPECT_EQ(program.finish(), 1);
    EXPECT_THAT(program.seen(), HasSubstr("\x1b[31m✗\x1b[0m \x1b[1mcache\x1b[0m"));
    EXPECT_THAT(program.seen(), HasSubstr("FAILED at connect"));
    const auto heading = program.seen().find("cache\x1b[0m  tcp");
    ASSERT_NE(heading, std::string::npos);
    const auto spaces = program.seen().find(std::string(50, ' '), heading);
    EXPECT_LT(spaces, program.seen().find('\n', heading)) << program.seen();
}

TEST(CheckOnATerminal, progress_shows_and_ctrl_c_tells_how_far_each_run_came) {
    const FullQueueListener full;
    const Listener server;
    PtyProgram program({"check", "--timeout", "60s", "--target", "quick=tcp://" + place(server.port()),
                        "--target", "slow=tcp://" + place(full.port())},
                       {80, 40});
    ASSERT_TRUE(program.see("1 of 2 · slow: connect")) << program.seen();
    program.press_ctrl_c();
    EXPECT_EQ(program.finish(), 1);
    const auto& seen = program.seen();
    EXPECT_THAT(seen, HasSubstr("interrupted: what follows is what is known"));
    EXPECT_THAT(seen, HasSubstr("interrupted in connect"));
    EXPECT_THAT(seen, HasSubstr("resolve"));
    EXPECT_EQ(result_in(seen), "Result: 1 of 2 dependencies ok. Interrupted: 1 of 2 targets not checked.");
}

TEST(CheckOnATerminal, one_that_moves_no_cursor_gets_no_escape_at_all) {
    const Listener server;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"check"}, {"check", "--watch", "100ms"}}) {
        auto all = words;
        all.insert(all.end(), {"--target", "cache=tcp://" + place(server.port())});
        PtyProgram program(all, {80, 40}, {"TERM=dumb"});
        EXPECT_TRUE(program.see("Result: the one dependency is ok."));
        if (words.size() > 1) program.press_ctrl_c();
        EXPECT_EQ(program.finish(), 0);
        EXPECT_THAT(program.seen(), Not(HasSubstr("\x1b")));
    }
}

TEST(CheckOnATerminal, without_term_and_home_it_works) {
    const Listener server;
    PtyProgram program({"check", "--target", "cache=tcp://" + place(server.port())}, {0, 0}, {});
    EXPECT_EQ(program.finish(), 0);
    EXPECT_EQ(result_in(program.seen()), "Result: the one dependency is ok.");
}

TEST(CheckWatch, on_a_terminal_each_round_takes_the_place_of_the_last_and_the_last_stays) {
    const Listener server;
    PtyProgram program({"check", "--watch", "100ms", "--target", "cache=tcp://" + place(server.port())},
                       {80, 40});
    ASSERT_TRUE(program.see("round 1 · every 100 ms")) << program.seen();
    ASSERT_TRUE(program.see("A\r\x1b[J")) << program.seen();
    ASSERT_TRUE(program.see("round 2"));
    ASSERT_TRUE(program.see("Result: the one dependency is ok."));
    program.press_ctrl_c();
    EXPECT_EQ(program.finish(), 0);
    EXPECT_EQ(result_in(program.seen()), "Result: the one dependency is ok.");
    EXPECT_THAT(program.seen(), Not(HasSubstr("\x1b[?1049h")));  // the alternate screen
}

// Names that make the result line wider than the window.
std::vector<std::string> watch_of_many(std::uint16_t port) {
    std::vector<std::string> words{"check", "--watch", "100ms"};
    for (const char* name : {"payments-of-the-shop", "database-of-the-shop", "sessions-of-the-shop"}) {
        words.emplace_back("--target");
        words.push_back(std::string(name) + "=tcp://" + place(port));
    }
    return words;
}

TEST(CheckWatch, a_result_wider_than_the_window_leaves_exactly_one_page) {
    const RefusingPort refusing;
    for (const PtyProgram::Window window :
         {PtyProgram::Window{80, 60}, PtyProgram::Window{44, 24}, PtyProgram::Window{30, 60}}) {
        PtyProgram program(watch_of_many(refusing.port()), window);
        for (const char* round : {"round 1 ", "round 2 ", "round 3 ", "round 4 "})
            ASSERT_TRUE(program.see(round)) << program.seen();
        program.press_ctrl_c();
        EXPECT_EQ(program.finish(), 1);
        ScreenModel screen(window.columns, window.rows);
        screen.write(program.seen());
        const auto text = testing::PrintToString(screen.lines());
        // The last page is whole, and may have left its own beginning in the history; no other has.
        EXPECT_EQ(screen.count("round "), 1U) << text;
        EXPECT_EQ(screen.count("Result: 3 of 3 "), 1U) << text;
    }
}

TEST(CheckWatch, another_width_of_the_window_leaves_one_page_too) {
    const RefusingPort refusing;
    PtyProgram program(watch_of_many(refusing.port()), {100, 60});
    ASSERT_TRUE(program.see("round 2 "));
    program.resize({60, 60});
    ASSERT_TRUE(program.see("\x1b[H\x1b[2J")) << program.seen();
    ASSERT_TRUE(program.see("Result:"));
    const auto cleared = program.seen().find("\x1b[H\x1b[2J");
    program.press_ctrl_c();
    EXPECT_EQ(program.finish(), 1);
    ScreenModel screen(60, 60);
    screen.write(std::string_view(program.seen()).substr(cleared));
    EXPECT_EQ(screen.count("round "), 1U) << testing::PrintToString(screen.lines());
    EXPECT_EQ(screen.count("Result: "), 1U);
}

TEST(CheckOnATerminal, without_a_size_it_is_as_wide_as_columns_says) {
    const RefusingPort refusing;
    PtyProgram program({"check", "--target", "cache=tcp://" + place(refusing.port())}, {0, 0},
                       {"TERM=xterm", "COLUMNS=50", "NO_COLOR=1"});
    EXPECT_EQ(program.finish(), 1);
    ScreenModel screen(200, 60);
    screen.write(program.seen());
    const auto lines = screen.lines();
    for (const auto& line : lines) {
        EXPECT_LE(display_width(line), 50U) << line;
    }
    EXPECT_THAT(lines, testing::Contains(EndsWith("FAILED at connect")));
}

TEST(CheckWatch, what_changes_is_told_and_the_exit_code_is_the_last_rounds) {
    auto server = std::make_unique<Listener>();
    const auto port = server->port();
    PtyProgram program({"check", "--watch", "100ms", "--target", "cache=tcp://" + place(port)}, {80, 40});
    ASSERT_TRUE(program.see("Result: the one dependency is ok."));
    server.reset();
    ASSERT_TRUE(program.see("✗ cache  connect: tcp.refused")) << program.seen();
    program.press_ctrl_c();
    EXPECT_EQ(program.finish(), 1);
    EXPECT_EQ(result_in(program.seen()), "Result: 1 of 1 dependency failed: cache (connect: tcp.refused).");
}

TEST(CheckWatch, elsewhere_each_round_is_a_line_with_its_time_and_the_table_comes_at_the_end) {
    const Listener server;
    const plumb::test::TempDir directory;
    plumb::test::ChildSpec spec;
    spec.command = {agent_path(), "check",    "--watch",
                    "100ms",      "--target", "cache=tcp://" + place(server.port())};
    spec.output_file = directory.file("output");
    plumb::test::ChildProcess child(spec);
    ASSERT_TRUE(eventually([&] { return lines_in(spec.output_file).size() >= 3; }));
    child.signal(SIGINT);
    EXPECT_EQ(child.wait(std::chrono::seconds(20)), 0);
    const auto lines = lines_in(spec.output_file);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_THAT(lines[i], MatchesRegex("20[0-9-]+T[0-9:]+Z Result: the one dependency is ok\\..*"));
    }
    const auto text = contents(spec.output_file);
    EXPECT_THAT(text, HasSubstr("✓ cache  tcp"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(CheckWatch, json_is_an_object_a_line) {
    const Listener server;
    const plumb::test::TempDir directory;
    plumb::test::ChildSpec spec;
    spec.command = {agent_path(), "check", "--watch",  "100ms",
                    "--format",   "json",  "--target", "cache=tcp://" + place(server.port())};
    spec.output_file = directory.file("output");
    plumb::test::ChildProcess child(spec);
    ASSERT_TRUE(eventually([&] { return lines_in(spec.output_file).size() >= 2; }));
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(std::chrono::seconds(20)), 0);
    for (const auto& line : lines_in(spec.output_file)) {
        boost::system::error_code error;
        const auto value = boost::json::parse(line, error);
        ASSERT_FALSE(error) << line;
        EXPECT_EQ(value.at("outcomes").as_array().size(), 1U);
    }
}

TEST(CheckWatch, an_interrupted_first_round_prints_what_is_known) {
    const FullQueueListener full;
    PtyProgram program(
        {"check", "--watch", "--timeout", "60s", "--target", "slow=tcp://" + place(full.port())}, {80, 40});
    ASSERT_TRUE(program.see("0 of 1 · slow: connect")) << program.seen();
    program.press_ctrl_c();
    EXPECT_EQ(program.finish(), 1);
    EXPECT_THAT(program.seen(), HasSubstr("interrupted in connect"));
    EXPECT_THAT(result_in(program.seen()), EndsWith("not checked."));
}

// Takes what it is told and gives it back in every answer.
std::string echo(std::string_view protocol, const std::string& heard) {
    if (protocol == "redis")
        return "-ERR no such thing: " + heard.substr(0, heard.find("\r\n$13")) + " hunter2secret\r\n";
    if (protocol == "http")
        return "HTTP/1.1 200 OK\r\nSet-Cookie: s=hunter2cookie\r\nX-Echo: " +
               heard.substr(0, heard.find('\r')) + "\r\nContent-Length: 2\r\n\r\nok";
    return "hello " + heard;
}

class Echoing : public ScriptedServer {
  public:
    Echoing(std::string protocol, std::string mark)
        : ScriptedServer([protocol, mark](Connection& peer) {
              for (auto heard = peer.read_until(mark); !heard.empty(); heard = peer.read_until(mark)) {
                  if (!peer.write(echo(protocol, heard))) return;
              }
          }) {}
};

TEST(CheckVerbose, what_was_said_is_told_step_by_step_and_no_secret_with_it) {
    const Echoing redis("redis", "hunter2secret\r\n");
    const Echoing http("http", "\r\n\r\n");
    const Echoing line("line", "\n");
    const std::vector<std::string> variables{
        "REDIS=redis://app:hunter2secret@" + place(redis.port()) + "/2",
        "HTTP=http://app:hunter2pass@" + place(http.port()) +
            "/status?key=hunter2query#header=Authorization:Bearer%20hunter2bearer&header=X-Team:"
            "hunter2header",
        "LINE=tcp://" + place(line.port()) + "?send=LOGIN%20hunter2line%5Cn&expect=hello"};
    const auto done = agent({"check", "--verbose", "--target", "cache=env:REDIS", "--target", "web=env:HTTP",
                             "--target", "line=env:LINE"},
                            variables);
    EXPECT_THAT(done.output, HasSubstr("→ AUTH ***\n"));
    EXPECT_THAT(done.output, HasSubstr("← error: "));
    EXPECT_THAT(done.output, HasSubstr("→ GET /status?*** HTTP/1.1\n"));
    EXPECT_THAT(done.output, HasSubstr("→ Authorization: ***\n"));
    EXPECT_THAT(done.output, HasSubstr("→ X-Team: ***\n"));
    EXPECT_THAT(done.output, HasSubstr("← HTTP/1.1 200 OK\n"));
    EXPECT_THAT(done.output, HasSubstr("← Set-Cookie: ***\n"));
    EXPECT_THAT(done.output, HasSubstr("← hello *** ***\n"));
    EXPECT_THAT(done.output, HasSubstr("→ TCP SYN to " + place(redis.port()) + "\n"));
    EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2")));
    const auto quiet = agent({"check", "--target", "cache=env:REDIS"}, variables);
    EXPECT_THAT(quiet.output, Not(HasSubstr("→")));
}

TEST(CheckVerbose, what_came_instead_of_an_answer_is_told) {
    const ScriptedServer ssh([](Connection& peer) {
        peer.write("SSH-2.0-OpenSSH_9.2p1 \x01\x02\r\n" + std::string(200, 'z') + "\r\n");
        peer.wait_for_close();
    });
    for (const auto& url : {"redis://" + place(ssh.port()), "redis://:hunter2@" + place(ssh.port()),
                            "memcached://" + place(ssh.port()), "http://" + place(ssh.port()) + "/",
                            "postgres://app:hunter2@" + place(ssh.port()) + "/x?sslmode=disable"}) {
        const auto done = agent({"check", "--verbose", "--target", "a=env:A"}, {"A=" + url});
        EXPECT_EQ(done.exit_code, 1);
        EXPECT_THAT(done.output, HasSubstr("← “SSH-2.0-OpenSSH_9.2")) << url;
        EXPECT_THAT(done.output + done.errors, Not(HasSubstr("hunter2"))) << url;
    }
}

TEST(CheckVerbose, a_run_that_timed_out_ends_with_the_silence) {
    const FullQueueListener full;
    const auto done =
        agent({"check", "--verbose", "--timeout", "200ms", "--target", "a=tcp://" + place(full.port())});
    EXPECT_THAT(done.output,
                testing::ContainsRegex("→ TCP SYN to [0-9.:]+\n +[0-9]+ ms ← nothing until [0-9]+ ms\n"));
}

}  // namespace
}  // namespace plumb::agent::test
