// One question to the app, as a balancer asks it: a TCP connection, for https TLS with whatever certificate,
// GET with HTTP/1.1 (RFC 9112), and the status of the answer. Redirects are not followed and proxies not
// used.
#pragma once

#include "probes/probe.hpp"
#include "probes/task/warmup/url_course.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace plumb::net {
class TlsSettings;
}

namespace plumb::task {

struct Question {
    std::string host;
    std::uint16_t port = 80;
    Secret request;                                 // its bytes, which may carry credentials
    std::shared_ptr<const net::TlsSettings> tls{};  // none: plain
};
Question question_of(const Url& url);
// The same path on another port. Who listens there may be anybody: credentials and query stay here.
Question question_of(const Url& url, std::uint16_t other_port);

inline constexpr std::size_t kMaxHead = 8192;  // bytes of an answer up to the end of its header

// Over by `deadline`. Expected failures stand in the answer; what is broken here is local.error. Cancellation
// from outside throws, as Asio does. REQUIRES: services and question outlive it.
boost::asio::awaitable<HealthAnswer> ask(Services& services, const Question& question,
                                         Clock::time_point deadline);

}  // namespace plumb::task
