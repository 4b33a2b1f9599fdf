// A real server as a child process of the test: started, awaited by a line of its log, killed and reaped at
// the end. It dies with the test, also when the test crashes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace plumb::test {

// A directory that goes with its owner.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    std::string path(std::string_view name) const { return (path_ / name).string(); }
    std::string root() const { return path_.string(); }
    std::string write(std::string_view name, std::string_view text) const;  // gives the path

  private:
    std::filesystem::path path_;
};

class ServerProcess {
  public:
    // Standard output and error are read until a line holds `ready`. Throws when the process ends before.
    ServerProcess(const std::vector<std::string>& command, std::string_view ready);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

  private:
    bool await(std::string_view ready);

    pid_t pid_ = -1;
    int log_ = -1;
    std::string seen_;
};

// Runs a command to its end; throws unless it exits with 0.
void run_command(const std::vector<std::string>& command);

// Servers cannot be given port 0, so a free one is looked for; `start` throws when another took it, and is
// called anew.
std::unique_ptr<ServerProcess> start_on_free_port(
    std::uint16_t& port, const std::function<std::unique_ptr<ServerProcess>(std::uint16_t)>& start);

// An authority of the test's own and a certificate for localhost and 127.0.0.1.
struct TestCertificates {
    explicit TestCertificates(const ScratchFolder& folder);
    std::string ca;
    std::string certificate;
    std::string key;
};

}  // namespace plumb::test
