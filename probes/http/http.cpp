#include "probes/http/http.hpp"

#include "probes/http/facts.hpp"
#include "probes/http/settings.hpp"
#include "probes/http/tls_pool.hpp"
#include "probes/http/visit.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/tls.hpp"
#include "probes/net/tls_resumption.hpp"

namespace plumb {

namespace {

using http::Settings;
using http::TlsPool;

class HttpProbe final : public Probe {
  public:
    HttpProbe(Settings settings, net::TlsOptions tls, bool connect_only, Services& services)
        : settings_(std::move(settings)),
          pool_(std::move(tls), settings_.tls || settings_.redirects > 0),
          connect_only_(connect_only),
          services_(services) {}

    boost::asio::awaitable<void> run(Run& run) override {
        http::Visit visit(settings_, pool_, services_, run);
        if (connect_only_) {
            co_await visit.connect();
        } else {
            co_await visit.go();
        }
    }

  private:
    Settings settings_;
    TlsPool pool_;
    bool connect_only_;
    Services& services_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = http::settings_of(target.url, !target.connect_only);
    if (!settings) return settings.error();
    Url url = http::options_view(target.url);
    if (target.connect_only) url.query.clear();
    auto options = net::TlsOptions::from_url(url);
    if (!options) return options.error();
    options->alpn = {"http/1.1"};
    return std::make_unique<HttpProbe>(*std::move(settings), *std::move(options), target.connect_only,
                                       services);
}

}  // namespace

const Catalog& http::catalog() {
    static const Catalog all = [] {
        const Catalog tunnel{
            .phases = {{phase::tunnel, "CONNECT to the proxy's answer; only for https through a proxy",
                        true}},
            .causes = {Cause::http_proxy_unauthorized, Cause::http_proxy_refused},
            .facts = {kRoute, kProxy},
            .gauges = {},
        };
        const Catalog answer{
            .phases = {{phase::send, "the request written"},
                       {phase::first_byte, "the request written to the first byte of the answer"},
                       {phase::transfer,
                        "the first byte of the answer to its last, or to the first MiB of its body"},
                       {phase::reuse,
                        "a second request and its answer on the same connection; only in some runs", true}},
            .causes = {Cause::http_status, Cause::http_unauthorized, Cause::http_not_found,
                       Cause::http_rate_limited, Cause::http_bad_gateway, Cause::http_unavailable,
                       Cause::http_gateway_timeout, Cause::http_server_error},
            .facts = {kStatus, kVersion, kServer, kLocation, kRedirects, kKeepAlive},
            .gauges = {kRateLimit, kRateLimitRemaining, kRateLimitReset, kRetryAfter},
        };
        Catalog catalog = net::dial_catalog();
        return catalog.add(tunnel)
            .add(net::tls_catalog())
            .add(answer)
            .add(net::resumption_catalog())
            .add(net::exchange_catalog());
    }();
    return all;
}

const Kind& http_kind() {
    static const Kind kind{
        .name = "http",
        .schemes = {{"http", 80, false}, {"https", 443, true}},
        .options = http::options(),
        .logs_in = false,
        .make = make,
        .options_in_fragment = true,
        .catalog = http::catalog(),
        .sends_requests = true,
    };
    return kind;
}

}  // namespace plumb
