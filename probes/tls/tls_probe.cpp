#include "probes/tls/tls_probe.hpp"

#include "probes/net/dial.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/tls.hpp"
#include "probes/net/tls_resumption.hpp"

namespace plumb {
namespace {

class TlsProbe final : public Probe {
  public:
    TlsProbe(const Target& target, Services& services, net::TlsOptions options)
        : services_(services),
          host_(target.url.host),
          port_(target.url.port),
          settings_(std::move(options)) {}

    boost::asio::awaitable<void> run(Run& run) override {
        auto stream = co_await net::dial(run, services_, host_, port_);
        if (!stream) co_return;
        const bool trusted = co_await net::start_tls(run, *stream, settings_);
        if (!trusted) co_return;
        if (run.inspects()) co_return co_await net::measure_resumption(run, *stream, settings_);
        stream->close();
    }

  private:
    Services& services_;
    std::string host_;
    std::uint16_t port_;
    net::TlsSettings settings_;
};

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    if (auto known = check_options(target.url, net::tls_option_list()); !known) return known.error();
    auto options = net::TlsOptions::from_url(target.url);
    if (!options) return options.error();
    return std::unique_ptr<Probe>(std::make_unique<TlsProbe>(target, services, std::move(*options)));
}

Catalog catalog() {
    auto all = net::dial_catalog();
    return all.add(net::tls_catalog()).add(net::resumption_catalog());
}

}  // namespace

const Kind& tls_kind() {
    const auto options = net::tls_option_list();
    static const Kind kind{
        .name = "tls",
        .schemes = {{"tls", 443, true}},
        .options = {options.begin(), options.end()},
        .logs_in = false,
        .make = make,
        .options_in_fragment = false,
        .catalog = catalog(),
    };
    return kind;
}

}  // namespace plumb
