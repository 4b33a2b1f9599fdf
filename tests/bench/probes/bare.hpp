// The least that a program can do to learn the same: plain system calls, no event loop, no outcome. Each run
// throws when it does not succeed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace plumb::bench {

// Connects within a time limit and reads what the kernel knows of the connection: socket, connect, poll,
// getsockopt for the error and for TCP_INFO, close.
class BareTcp {
  public:
    BareTcp(std::string address, std::uint16_t port) : address_(std::move(address)), port_(port) {}
    void run() const;

  private:
    std::string address_;
    std::uint16_t port_;
};

// A blocking connection and OpenSSL's handshake on it, verified, with one SSL_CTX for all runs.
class BareTls {
  public:
    BareTls(std::string address, std::uint16_t port, const std::string& ca_file);
    ~BareTls();
    BareTls(const BareTls&) = delete;
    BareTls& operator=(const BareTls&) = delete;
    void run() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::bench
