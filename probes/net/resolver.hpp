// Names to addresses with c-ares on the io_context: no thread, cancellable, bounded. Literals never touch the
// network. RFC 1035, RFC 6724 (order of the addresses). Not thread-safe.
#pragma once

#include "base/result.hpp"
#include "probes/net/error.hpp"
#include "probes/net/resolv_conf.hpp"
#include "probes/run.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace plumb::net {

struct Answer {
    std::vector<boost::asio::ip::address> addresses;  // RFC 6724 order, at most 32
    std::vector<std::string> canonical_names;         // the CNAME chain
    std::uint32_t ttl = 0;                            // smallest, seconds
    bool literal = false;                             // the host was an address: nothing was asked
    std::optional<Clock::time_point> sent;            // the first question
    std::optional<Clock::time_point> arrived;         // the last answer, by the kernel's time stamp
};

enum class Family { any, v4, v6 };

// One raw question: for the dns probe. The bytes are the peer's; parsing them is the probe's job.
enum class Transport {
    automatic,
    udp,
    tcp
};  // automatic: UDP, and TCP for an answer too long for a datagram

struct RawQuestion {
    std::string name;  // as it is, without the search list
    int type = 1;      // as in RFC 1035 (1 = A)
    Transport transport = Transport::automatic;
};

struct RawAnswer {
    std::vector<unsigned char> message;
    std::optional<Clock::time_point> sent;
    std::optional<Clock::time_point> arrived;
    bool over_tcp = false;
};

// An address as getaddrinfo() takes one: also IPv4 in the old forms "127.1", "0x7f000001", "2130706433"
// (inet_aton(3)). nullopt: a name.
std::optional<boost::asio::ip::address> literal_address(const std::string& host);

class Resolver {
  public:
    // `servers` as "IP:PORT" or "[IPv6]:PORT"; empty: /etc/resolv.conf, and where there is none the VPC's
    // 169.254.169.253. A bad server text is an Error.
    static Result<std::unique_ptr<Resolver>> make(boost::asio::any_io_executor executor,
                                                  const std::vector<std::string>& servers);
    // REQUIRES: at least one server.
    static Result<std::unique_ptr<Resolver>> with(boost::asio::any_io_executor executor, ResolvConf conf);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // Failures are dns.*; a name in /etc/hosts is found there first.
    boost::asio::awaitable<IoResult<Answer>> resolve(std::string host, Clock::time_point deadline,
                                                     Family family = Family::any);
    // Asks the one server alone and with the flag AD, so that it tells whether it has checked the signatures
    // (RFC 6840, 5.7). REQUIRES: server < servers().size().
    boost::asio::awaitable<IoResult<RawAnswer>> ask(std::size_t server, RawQuestion question,
                                                    Clock::time_point deadline);

    const std::vector<std::string>& servers() const;  // as they will be asked, "IP:PORT"
    const ResolvConf& conf() const;

  private:
    struct Impl;
    explicit Resolver(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace plumb::net
