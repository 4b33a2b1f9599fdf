// Where closed windows go: the output file, the controller, and metrics, whichever the user asked for.
#pragma once

#include "agent/config/config.hpp"
#include "agent/log.hpp"
#include "agent/report/reporter.hpp"
#include "agent/run/metrics/board.hpp"
#include "agent/run/output.hpp"

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumb::agent {

// Reads the certificates that `config` names; every one that cannot be had is a complaint. REQUIRES: a
// controller is configured.
ReportOptions report_options(const Config& config, yaml::Complaints& complaints);

// 32 hexadecimal digits, new at each start.
std::string new_instance_id();

struct Destinations {
    Output output;
    std::optional<ReportOptions> report;  // absent without a controller
    decltype(ReportEvents::pace) pace;    // this and the next as in ReportEvents
    decltype(ReportEvents::clock) clock;
    Output embedded_metrics;        // CloudWatch's format, for a log driver
    MetricsBoard* board = nullptr;  // outlives the delivery
};

class Delivery {
  public:
    Delivery(const boost::asio::any_io_executor& executor, Destinations to, Log& log);

    // Never waits. `ended`: when the window closed.
    void deliver(const Window& window, std::chrono::steady_clock::time_point ended);

    // Who the windows are of, where that was not known at the start (ReportOptions::introduced_later).
    void introduce(Labels labels);

    // Which places have every window; a place that was not asked for has them all.
    struct Reached {
        bool output = true;
        bool controller = true;
    };
    boost::asio::awaitable<Reached> finish(std::chrono::steady_clock::time_point deadline);

  private:
    Output output_;
    Output embedded_metrics_;
    MetricsBoard* board_;
    std::unique_ptr<Reporter> reporter_;
    Log& log_;
    Reached reached_;
};

}  // namespace plumb::agent
