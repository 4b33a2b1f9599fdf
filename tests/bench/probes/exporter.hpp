// Debian's prometheus-blackbox-exporter, scraped as Prometheus does: GET /probe over one kept connection.
#pragma once

#include "tests/bench/probes/servers.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace plumb::bench {

bool exporter_is_installed();

class Exporter {
  public:
    explicit Exporter(const Servers& servers);

    // `module` is tcp, dns, http or tls. Throws when a probe does not succeed. Leaves on Ctrl-C.
    void scrape(const std::string& module, int times);
    std::chrono::nanoseconds cpu() const;
    pid_t pid() const { return process_->pid(); }

  private:
    std::string configuration() const;
    std::string path_of(const std::string& module) const;

    const Servers& servers_;
    test::TempDir dir_;
    std::uint16_t port_;
    std::unique_ptr<test::ChildProcess> process_;
    boost::asio::io_context context_;
    boost::beast::tcp_stream connection_{context_};
    boost::beast::flat_buffer buffer_;
};

}  // namespace plumb::bench
