// The small HTTP server of --http: one thread, bounded connections, bounded requests, a limit on how long
// each may take. It listens as soon as it is constructed and serves until stop() or destruction.
#pragma once

#include "base/result.hpp"
#include "controller/metrics/metrics.hpp"
#include "controller/store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace plumb::web {

struct WebLimits {
    std::size_t connections = 128;             // more wait in the kernel's queue
    std::chrono::milliseconds patience{5000};  // for a whole request, and again for its answer
};

class WebServer {
  public:
    // The error says which address could not be taken and why. The references outlive the server.
    static Result<std::unique_ptr<WebServer>> start(const std::string& address, std::uint16_t port,
                                                    store::Store& store, metrics::Metrics& metrics,
                                                    WebLimits limits = {});
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;
    ~WebServer();

    std::string address() const;  // "127.0.0.1:7480", with the port that port 0 became
    void stop();                  // open requests are cut

  private:
    struct Impl;
    explicit WebServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace plumb::web
