// A real gRPC server on 127.0.0.1 with the health service that gRPC brings along.
#pragma once

#include "tests/support/certificates.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace plumb::test {

class HealthServer {
  public:
    struct Spec {
        bool health_service = true;
        const Issued* identity = nullptr;  // null: plaintext
    };
    explicit HealthServer(const Spec& spec);
    ~HealthServer();
    HealthServer(const HealthServer&) = delete;
    HealthServer& operator=(const HealthServer&) = delete;

    void set_serving(const std::string& service, bool serving) const;
    std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

  private:
    struct Running;
    int port_ = 0;
    std::unique_ptr<Running> running_;
};

}  // namespace plumb::test
