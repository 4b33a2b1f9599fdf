// What a run tells of the path and of itself: lost packets, and its own delay.
#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"
#include "tests/integration/net/run_target.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/servers.hpp"

#include <atomic>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace plumb::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class Evidence : public testing::Test {
  protected:
    Prepared prepare(const std::string& url) {
        Target target;
        target.url = parse_url(url).value();
        target.timeout = 20s;
        return Prepared::make(std::move(target), services_).value();
    }

    asio::io_context context_{1};

  private:
    std::unique_ptr<net::Resolver> resolver_ =
        net::Resolver::make(context_.get_executor(), {"127.0.0.1:1"}).value();
    Services services_{context_.get_executor(), *resolver_};
};

// Accepts whoever comes, until it goes.
class Accepting {
  public:
    explicit Accepting(int listener) : thread_([this, listener] { accept_on(listener); }) {}
    ~Accepting() {
        stopped_ = true;
        thread_.join();
    }
    Accepting(const Accepting&) = delete;
    Accepting& operator=(const Accepting&) = delete;

  private:
    void accept_on(int listener) {
        while (!stopped_) {
            pollfd ready{listener, POLLIN, 0};
            if (poll(&ready, 1, 20) > 0)
                accepted_.emplace_back(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
        }
    }

    std::atomic<bool> stopped_{false};
    std::vector<Descriptor> accepted_;
    std::thread thread_;
};

// A full queue drops the first SYN; once there is room, the kernel's repetition of it connects.
TEST_F(Evidence, a_lost_syn_is_counted_and_its_wait_is_part_of_the_phase) {
    const auto listener = listen_on_loopback(0);
    const auto fillers = fill_accept_queue(local_port(listener.get()));
    auto prepared = prepare("tcp://127.0.0.1:" + std::to_string(local_port(listener.get())));
    std::optional<Outcome> outcome;
    asio::co_spawn(context_, prepared.run_once(), [&](std::exception_ptr thrown, Outcome value) {
        if (!thrown) outcome = std::move(value);
        context_.stop();
    });
    // What can be done at once is the first SYN.
    while (context_.poll() != 0) {
    }
    const Accepting accepting(listener.get());
    context_.run_for(30s);
    ASSERT_TRUE(outcome);
    expect_sound(*outcome);
    EXPECT_EQ(failure_of(*outcome), "ok");
    EXPECT_GE(outcome->retransmits, 1U);
    EXPECT_GE(outcome->total, 500ms);
}

TEST_F(Evidence, a_run_that_the_loop_held_up_is_suspect) {
    const ScriptedServer server(answering("PONG"));
    auto prepared = prepare("tcp://127.0.0.1:" + std::to_string(server.port()) + "?send=PING&expect=PONG");
    std::optional<Outcome> outcome;
    asio::co_spawn(context_, prepared.run_once(), [&](std::exception_ptr thrown, Outcome value) {
        if (!thrown) outcome = std::move(value);
        context_.stop();
    });
    context_.run_one();
    std::this_thread::sleep_for(50ms);
    context_.run_for(30s);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(failure_of(*outcome), "ok");
    EXPECT_TRUE(outcome->suspect);
}

// On a machine that is busy many are.
TEST_F(Evidence, not_every_run_is_suspect) {
    const ScriptedServer server(silent());
    auto prepared = prepare("tcp://127.0.0.1:" + std::to_string(server.port()));
    bool clean = false;
    for (int i = 0; i < 1000 && !clean; ++i)
        clean = !run_coroutine_test(context_, prepared.run_once(), 30s).suspect;
    EXPECT_TRUE(clean);
}

}  // namespace
}  // namespace plumb::test
