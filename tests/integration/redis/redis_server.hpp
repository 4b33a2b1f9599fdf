// A redis-server of the test's own, and a plain client to look at it from the side.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/sockets.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::test {

class RedisServer {
  public:
    // In `options` PORT stands for its port, which is a TLS port where --tls-port is among them.
    explicit RedisServer(const std::vector<std::string>& options = {});
    ~RedisServer() { kill(); }  // a frozen or busy server hears no other word
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& userinfo = "", const std::string& rest = "") const;
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    // What redis-cli prints for a command, without the newline at its end.
    std::string ask(std::vector<std::string> command) const;
    std::string log() const { return read_whole(folder_.file("log")); }
    std::string folder() const { return folder_.path().string(); }

    void freeze() const;  // accepts connections, as the kernel does, and never answers
    void kill();

  private:
    TempDir folder_;
    std::uint16_t port_ = free_port();
    std::unique_ptr<ChildProcess> process_;
};

// Holds one connection, so that its looks at the counters do not change them.
class RedisWatcher {
  public:
    explicit RedisWatcher(const RedisServer& server);
    double info(const std::string& field);  // of INFO; throws when there is none
    void await(const std::string& field, double value);

  private:
    Descriptor socket_;
};

Descriptor connected_to(std::uint16_t port);  // invalid when it is refused

}  // namespace plumb::test
