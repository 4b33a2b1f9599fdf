// A plumb-controller that a test starts as a process, on ports that it finds itself, and plumbctl beside it.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <memory>
#include <string>
#include <vector>

namespace plumb::test {

std::string program_of_this_build(const std::string& name);  // build/<preset>/NAME

class ControllerProcess {
  public:
    // Starts with its store in `folder`, waits until it serves; throws when it ends instead.
    explicit ControllerProcess(const TempDir& folder, std::vector<std::string> more = {});

    const std::string& grpc() const { return grpc_; }  // "127.0.0.1:PORT"
    const std::string& http() const { return http_; }
    ChildProcess& process() { return *process_; }
    std::string output() const;

  private:
    std::string log_;
    std::unique_ptr<ChildProcess> process_;
    std::string grpc_;
    std::string http_;
};

Finished plumbctl(const std::vector<std::string>& arguments,
                  const std::vector<std::string>& environment = {});
Finished plumb_controller(const std::vector<std::string>& arguments);
// The whole answer to one GET, head and body.
std::string http_get(const std::string& address, const std::string& path);

}  // namespace plumb::test
