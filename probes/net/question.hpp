// One question to the name servers: a c-ares channel of its own, driven by the io_context. A channel for each
// question costs a few microseconds and makes cancellation exact: when the Question stops, its sockets,
// timers and memory are gone, while a shared channel keeps abandoned questions until they time out.
//
// Order: start_addresses() or start_raw() once, await finished(), read the result, stop(). Used by Resolver
// only.
#pragma once

#include "probes/net/dns_wire.hpp"
#include "probes/net/error.hpp"
#include "probes/net/resolv_conf.hpp"
#include "probes/net/resolver.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ares.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace plumb::net {

class Question : public std::enable_shared_from_this<Question> {
  public:
    Question(boost::asio::any_io_executor executor, Clock::time_point deadline);
    ~Question();
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    // Before the start: waits for each server once, but as long as the deadline allows.
    void be_patient() { patient_ = true; }
    void start_addresses(const std::string& host, Family family, const ResolvConf& conf);
    void start_raw(const RawQuestion& question, const ResolvConf& conf);
    // False: the deadline came first. Cancellation from outside throws.
    boost::asio::awaitable<bool> finished();
    // Frees the channel. Must not be called inside a c-ares callback (it never is: the owner is a coroutine).
    void stop();

    // The server answered that it cannot or will not: the next one may.
    bool declined() const;
    bool gave_up() const { return status_ == ARES_ETIMEOUT; }  // before the deadline
    // The failure of a question whose time is over; `servers` are those that were asked.
    Failed unanswered(const std::string& servers) const;
    std::optional<Clock::time_point> sent() const { return wire_.sent(); }
    IoResult<Answer> take_addresses();  // but for `sent`, as take_raw()'s
    IoResult<RawAnswer> take_raw();

  private:
    struct Watch;

    bool open(const ResolvConf& conf);
    void end(int status);
    std::string by_tcp() const;
    std::chrono::milliseconds first_timeout(const ResolvConf& conf) const;
    std::optional<Failed> complaint() const;
    Failed failure(int status) const;
    void process(ares_socket_t readable, ares_socket_t writable);
    void rearm();
    void on_socket(ares_socket_t descriptor, bool read, bool write);
    void watch_read(const std::shared_ptr<Watch>& watch);
    void watch_write(const std::shared_ptr<Watch>& watch);
    static void on_addresses(void* self, int status, int timeouts, ares_addrinfo* result);
    static void on_raw(void* self, int status, int timeouts, unsigned char* message, int size);

    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer done_;   // expires at the deadline; cancelled when the answer is there
    boost::asio::steady_timer retry_;  // c-ares' own next time-out
    DnsWire wire_;
    ares_channel channel_ = nullptr;
    std::vector<std::shared_ptr<Watch>> watches_;
    Transport transport_ = Transport::automatic;
    Family family_ = Family::any;
    bool patient_ = false;
    bool answered_ = false;
    int status_ = ARES_SUCCESS;
    Answer addresses_;
    RawAnswer raw_;
    bool has_raw_ = false;
};

}  // namespace plumb::net
