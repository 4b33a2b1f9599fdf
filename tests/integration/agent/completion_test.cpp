// The completions that the program prints, tried by bash.
#include "tests/integration/agent/agent_program.hpp"
#include "tests/support/bash_completion.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>

namespace plumb::agent::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> completed(const std::vector<std::string>& words) {
    const plumb::test::TempDir directory;
    directory.write("plumb.yaml", "");
    return plumb::test::completed_by_bash(directory.path(), "<('" + agent_path() + "' completion bash)",
                                          words);
}

TEST(CompletionOfTheAgent, bash_completes_commands_options_choices_causes_and_files) {
    EXPECT_THAT(completed({"plumb-agent", "ch"}), ElementsAre("check"));
    EXPECT_THAT(completed({"plumb-agent", "check", "--w"}), ElementsAre("--watch"));
    EXPECT_THAT(completed({"plumb-agent", "check", "--format", ""}), UnorderedElementsAre("table", "json"));
    EXPECT_THAT(completed({"plumb-agent", "run", "--config", "pl"}), ElementsAre("plumb.yaml"));
    EXPECT_THAT(completed({"plumb-agent", "explain", "tcp.t"}), Contains("tcp.timeout"));
}

}  // namespace
}  // namespace plumb::agent::test
