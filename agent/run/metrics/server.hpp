// Answers GET and HEAD of /metrics on an address that the user gave. One request a connection, few
// connections of which the oldest makes room for a new one, small requests, a limit on how long each takes:
// whoever asks cannot hold up the probes, fill the memory or keep others out.
//
// Lives on the io_context's thread; the board outlives it. Destruction closes everything.
#pragma once

#include "agent/run/metrics/board.hpp"
#include "base/result.hpp"

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

namespace plumb::agent {

class MetricsServer {
  public:
    // `address`: "127.0.0.1:9464", "[::1]:9464". The error says what is wrong with it, or why it cannot be
    // taken.
    static Result<std::unique_ptr<MetricsServer>> start(const boost::asio::any_io_executor& executor,
                                                        const std::string& address,
                                                        const MetricsBoard& board);
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    ~MetricsServer();

    std::string address() const;  // with the port that port 0 became

    struct Impl;  // lives on while a connection is answered

  private:
    explicit MetricsServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace plumb::agent
