// A Warmup under way on a loop of its own, and who plays the app: a real nginx, or answers by count.
#pragma once

#include "probes/net/resolver.hpp"
#include "probes/task/warmup/warmup.hpp"
#include "tests/integration/http/recording_server.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

namespace plumb::test {

// Begins with the task. Destruction cancels the run and fails the test when it then does not return at once
// or throws.
class Watched {
  public:
    explicit Watched(task::WarmupSettings settings, bool from_start = true,
                     task::Warmup::Listeners listeners = {});
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    // What is told once `done` says so of it; throws with what is told after a generous while.
    task::Look until(const std::function<bool(const task::Look&)>& done);
    task::Look until_fact(std::string_view value);  // task.readiness begins so
    task::Look until_check(std::string_view name, bool failed);
    void run_for(std::chrono::milliseconds time) { context_.run_for(time); }
    task::Look look();
    double seconds() const;  // since the start
    Clock::time_point start() const { return start_; }
    void set_start(Clock::time_point start) { warmup_.set_start(start, true); }

  private:
    boost::asio::io_context context_;
    std::unique_ptr<net::Resolver> resolver_;
    Services services_;
    Clock::time_point start_ = Clock::now();
    task::Warmup warmup_;
    boost::asio::cancellation_signal cancel_;
    bool ended_ = false;
    std::exception_ptr thrown_;
};

class Nginx {
  public:
    // `location` is what it answers, as in "return 503;"
    Nginx(std::uint16_t port, const std::string& location);

    void answer(const std::string& location);  // from the reload on, a moment later

  private:
    std::string write_configuration(const std::string& location) const;

    TempDir folder_;
    std::uint16_t port_;
    std::unique_ptr<ChildProcess> process_;
};

// Unavailable twice, then ready: who is ready at the first question may tell no time.
RecordingServer::Answer ready_at_the_third();

// A check each 200 ms, so questions each 50 ms at first; the kill line is 400 ms after the start period.
task::WarmupSettings quick_settings(std::uint16_t port, std::chrono::milliseconds start_period);

// The check's detail when it failed, else "passes"; "absent".
std::string check_of(const task::Look& look, std::string_view name);
std::string fact_in(const task::Look& look, std::string_view name);

}  // namespace plumb::test
