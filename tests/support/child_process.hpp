// A program that a test starts and ends by its own process id. Destruction kills what still runs, with its
// whole process group, and reaps it: nothing is left behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace plumb::test {

struct ChildSpec {
    std::vector<std::string> command;      // command[0] is a path, or is found in PATH
    std::vector<std::string> environment;  // NAME=VALUE, added to what the test has
    std::string directory;                 // "" stays
    std::string output_file;               // stdout and stderr; "" keeps the test's own stderr for both
    std::string
        unprivileged_user;  // when the test runs as root: become this user first ("postgres", "nobody")
};

class ChildProcess {
  public:
    explicit ChildProcess(const ChildSpec& spec);  // throws when the program cannot be started
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    pid_t pid() const { return pid_; }
    const std::string& name() const { return name_; }  // the program
    bool running();
    void signal(int number) const;  // to the process alone
    // Exit code, or 128 + signal; nullopt when it still runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit);
    int stop();  // SIGTERM, after ten seconds SIGKILL; the exit code

    // Connects until somebody listens on 127.0.0.1:port; throws when the process ends first or `limit`
    // passes.
    void wait_until_listening(std::uint16_t port, std::chrono::milliseconds limit = std::chrono::seconds(30));

  private:
    std::optional<int> reap(int flags);

    pid_t pid_ = -1;
    std::optional<int> exit_;
    std::string name_;
};

struct Finished {
    int exit_code = -1;
    std::string output;  // stdout
    std::string errors;  // stderr
};
// Runs a command to its end; throws when it takes longer than `limit`.
Finished run_command(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment = {},
                     std::chrono::milliseconds limit = std::chrono::seconds(60));

// The directory of Debian's PostgreSQL programs, and whether a program is in PATH.
std::string postgres_bin();
std::string program(
    const std::string& name);  // full path also from /usr/sbin; throws when it is not installed

}  // namespace plumb::test
