// Windows to the controller over one gRPC stream. This folder is the only place of the agent that knows gRPC.
//
// offer() never waits: windows wait in a bounded backlog until they are acknowledged, through lost
// connections and restarts of the controller, and each one's age is measured anew at each send. Whatever the
// controller does, the agent goes on probing.
//
// Threads: everything here is called on, and calls back on, the one thread of the io_context; gRPC's own
// threads only post to it. Lifetimes: the executor's context outlives the Reporter; the destructor ends the
// stream and waits for gRPC to let go of it.
#pragma once

#include "base/result.hpp"
#include "model/window.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace plumb::agent {

struct ReportOptions {
    std::string controller;  // HOST:PORT
    bool tls = false;
    std::string ca_pem;    // trusted authorities; with tls
    std::string cert_pem;  // the agent's own certificate; with key_pem, or both empty
    Secret key_pem;
    Secret token;       // empty: none is sent
    std::string agent;  // instance id
    std::string version;
    Labels labels;
    bool introduced_later = false;     // windows wait until introduce() gives the labels, or for drain()
    std::vector<std::string> logs_in;  // the dependencies whose log-ins the controller may pace
    std::size_t max_windows = 240;     // two hours of 30 s
    std::size_t max_bytes = 4 << 20;
    std::chrono::nanoseconds first_delay{
        std::chrono::milliseconds(200)};  // before the first attempt to reconnect
    std::chrono::nanoseconds most_delay{std::chrono::seconds(15)};
    std::chrono::nanoseconds answer_timeout{std::chrono::seconds(30)};  // sent, and not one answer: reconnect
    std::chrono::nanoseconds pace_kept{std::chrono::hours(1)};          // of a controller that is away
};

struct ReportEvents {
    // The least time between two log-ins; 0 takes back what was asked before.
    std::function<void(std::string_view dependency, std::chrono::nanoseconds apart)> pace;
    std::function<void(std::string_view kind, std::string_view text)> log;  // for Log::limited
    // How far our wall clock is ahead of the controller's, and how far off that may be. May be empty.
    std::function<void(std::chrono::nanoseconds ahead, std::chrono::nanoseconds bound)> clock{};
};

class Reporter {
  public:
    using Clock = std::chrono::steady_clock;

    Reporter(const boost::asio::any_io_executor& executor, ReportOptions options, ReportEvents events);
    ~Reporter();
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

    // The controller takes windows by the labels that a stream begins with: what is sent before the platform
    // has said who the task is would stay another's. REQUIRES: introduced_later; has no effect a second time.
    void introduce(Labels labels);

    // `ended`: when the window closed. The oldest window makes room when the backlog is full. False: this one
    // is larger than any controller takes, and was left out.
    bool offer(const Window& window, Clock::time_point ended);

    // Delivers what is left, says goodbye and ends the stream; at the deadline it gives up. True: all
    // acknowledged. Call once; nothing may be offered afterwards.
    boost::asio::awaitable<bool> drain(Clock::time_point deadline);

    std::size_t unacknowledged() const;
    std::uint64_t dropped() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace plumb::agent
