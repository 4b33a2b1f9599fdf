// One run of an http target on the network: the connection, a proxy's tunnel, TLS, one request and its
// answer, what redirects add, and then, in some runs, what a kept connection is good for.
#pragma once

#include "probes/http/request.hpp"
#include "probes/http/response.hpp"
#include "probes/http/settings.hpp"
#include "probes/http/tls_pool.hpp"
#include "probes/net/stream.hpp"
#include "probes/probe.hpp"

#include <optional>

#include <boost/asio/awaitable.hpp>

namespace plumb::http {

// REQUIRES: settings, pool, services and run outlive the visit. Used once.
class Visit {
  public:
    Visit(const Settings& settings, TlsPool& pool, Services& services, Run& run);

    boost::asio::awaitable<void> connect();  // and TLS, and no more
    boost::asio::awaitable<void> go();

  private:
    boost::asio::awaitable<bool> open();
    boost::asio::awaitable<bool> make_tunnel();
    // CONNECT and the proxy's answer, in whatever phase is in progress.
    boost::asio::awaitable<net::IoResult<void>> ask_for_tunnel(net::Stream& stream,
                                                               Clock::time_point deadline) const;
    void note_body() const;  // for whoever listens
    boost::asio::awaitable<void> ask();
    boost::asio::awaitable<void> exchange();
    bool turn();  // towards where a redirect points; false: there is none to follow, or the run has failed
    boost::asio::awaitable<void> measure_kept_connection();
    boost::asio::awaitable<bool> measure_reuse();  // false: the connection is no good any more

    RequestForm form() const;
    bool leads_on(const Head& head) const { return settings_.redirects > 0 && is_redirect(head); }
    void describe(const Head& head);
    void judge_head(const Head& head);
    void judge_body();
    void fail_answer(Cause cause, std::string_view words);
    void fail_reading(const net::Failed& failed);

    const Settings& settings_;
    TlsPool& pool_;
    Services& services_;
    Run& run_;
    Hop hop_;
    const Proxy* proxy_ = nullptr;  // of hop_
    int followed_ = 0;
    std::optional<net::Stream> stream_;
    std::optional<Response> response_;
    std::optional<Clock::time_point> last_byte_;  // of the latest answer, when it arrived
};

}  // namespace plumb::http
