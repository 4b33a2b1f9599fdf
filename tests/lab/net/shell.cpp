#include "tests/lab/net/shell.hpp"

#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <stdexcept>

namespace plumb::lab {

std::string must_run(const std::vector<std::string>& command) {
    auto finished = test::run_command(command);
    if (finished.exit_code != 0)
        throw std::runtime_error(command.at(0) + ": " + finished.errors + finished.output);
    return finished.output;
}

void ip_batch(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    const test::TempDir dir;
    must_run({test::program("ip"), "-batch", dir.write("commands", text)});
}

std::string nft(const std::string& commands) {
    return must_run({test::program("nft"), "--echo", "--handle", commands});
}

}  // namespace plumb::lab
