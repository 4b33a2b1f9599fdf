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

// One raw question: for the dns probe. The bytes are the peer's; parsing them is the probe's job.
struct RawAnswer {
    std::vector<unsigned char> message;
    std::optional<Clock::time_point> sent;
    std::optional<Clock::time_point> arrived;
};

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
    boost::asio::awaitable<IoResult<Answer>> resolve(std::string host, Clock::time_point deadline);
    // The question exactly as named, without the search list; `type` as in RFC 1035 (1 = A).
    boost::asio::awaitable<IoResult<RawAnswer>> ask(std::string name, int type, Clock::time_point deadline);

    const std::vector<std::string>& servers() const;  // as they will be asked, "IP:PORT"

  private:
    struct Impl;
    explicit Resolver(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace plumb::net
