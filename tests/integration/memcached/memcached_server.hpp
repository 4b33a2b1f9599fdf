// A memcached of the test's own.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/sockets.hpp"

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace plumb::test {

class MemcachedServer {
  public:
    explicit MemcachedServer(const std::vector<std::string>& options = {}) {
        ChildSpec spec;
        spec.command = {program("memcached"), "-l", "127.0.0.1", "-u", "nobody", "-p", std::to_string(port_)};
        spec.command.insert(spec.command.end(), options.begin(), options.end());
        process_ = std::make_unique<ChildProcess>(spec);
        process_->wait_until_listening(port_);
    }
    ~MemcachedServer() {  // a frozen one hears no other word
        process_->signal(SIGKILL);
        process_->wait(std::chrono::seconds(30));
    }
    MemcachedServer(const MemcachedServer&) = delete;
    MemcachedServer& operator=(const MemcachedServer&) = delete;

    std::string url(const std::string& scheme = "memcached", const std::string& rest = "") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_) + rest;
    }
    std::uint16_t port() const { return port_; }
    void freeze() const { process_->signal(SIGSTOP); }  // accepts, as the kernel does, and never answers

  private:
    std::uint16_t port_ = free_port();
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace plumb::test
