// `plumb-agent check` with standard streams that are closed, full, or read by nobody.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/integration/agent/listener.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::agent::test {
namespace {

using plumb::test::FullQueueListener;
using testing::EndsWith;
using testing::HasSubstr;

TEST(CheckStreams, a_standard_error_that_cannot_be_written_loses_nothing) {
    const Listener server;
    for (const char* redirection : {"2>/dev/full", "2>&-"}) {
        // The complaint of an interruption or a warning goes there; here the warning of discovery.
        const auto done = plumb::test::run_command(
            {"/usr/bin/env", "-i", "PATH=/bin:/usr/bin", "CACHE_HOST=127.0.0.1",
             "CACHE_PORT=" + std::to_string(server.port()), "DATABASE_URL=postgres://app@db:99999/x",
             "/bin/sh", "-c", agent_path() + " check " + redirection + "; echo code=$?"});
        EXPECT_THAT(done.output, HasSubstr("Result: the one dependency is ok.")) << redirection;
        EXPECT_THAT(done.output, EndsWith("code=0\n")) << redirection;
    }
}

TEST(CheckStreams, no_socket_takes_the_place_of_a_closed_stream) {
    const FullQueueListener full;
    plumb::test::ChildSpec spec;
    spec.command = {"/bin/sh", "-c",
                    "exec " + agent_path() + " check --timeout 60s --target a=tcp://" + place(full.port()) +
                        " <&- >&- 2>&-"};
    const plumb::test::ChildProcess child(spec);
    const auto descriptors = "/proc/" + std::to_string(child.pid()) + "/fd/";
    const auto closed = [&](const char* stream) {
        std::error_code error;
        return std::filesystem::read_symlink(descriptors + stream, error) == "/dev/null";
    };
    // A shared library that this build needs may have taken the lowest number before anything of ours ran.
    EXPECT_TRUE(eventually([&] { return closed("1") && closed("2"); }));
}

TEST(CheckStreams, a_reader_that_went_away_is_no_complaint) {
    const Listener server;
    const plumb::test::TempDir directory;
    // A pipe whose reading end is closed before the agent begins.
    const auto done =
        plumb::test::run_command({"/bin/sh", "-c",
                                  "mkfifo \"$1\" && exec 3<>\"$1\" 4>\"$1\" 3<&- && exec " + agent_path() +
                                      " check --target a=tcp://" + place(server.port()) + " >&4",
                                  "sh", directory.file("pipe")});
    EXPECT_EQ(done.exit_code, 1);
    EXPECT_EQ(done.errors, "");
    const auto full = plumb::test::run_command(
        {"/bin/sh", "-c", agent_path() + " check --target a=tcp://" + place(server.port()) + " >/dev/full"});
    EXPECT_EQ(full.exit_code, 1);
    EXPECT_THAT(full.errors, HasSubstr("standard output could not be written"));
}

}  // namespace
}  // namespace plumb::agent::test
