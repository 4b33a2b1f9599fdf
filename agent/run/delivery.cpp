#include "agent/run/delivery.hpp"

#include "agent/version.hpp"
#include "base/file.hpp"
#include "probes/net/tls.hpp"

#include <array>
#include <random>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::size_t kMaxPem = 4 << 20;

Result<std::string> pem(std::string_view what, const std::string& path) {
    if (path.empty()) return std::string();
    auto text = read_file(path, kMaxPem);
    if (!text) return Error{fmt::format("{}: {}", what, text.error().message)};
    if (text->find("-----BEGIN ") == std::string::npos) {
        return Error{fmt::format("{}: {} holds no PEM; it should begin with -----BEGIN", what, path)};
    }
    return text;
}

}  // namespace

Result<ReportOptions> report_options(const Config& config) {
    ReportOptions options;
    options.controller = config.controller;
    options.token = config.token;
    options.version = std::string(version());
    if (!config.tls) return options;
    options.tls = true;
    const auto store = config.tls->ca.empty() ? net::default_trust_store() : config.tls->ca;
    if (store.empty()) return Error{"tls: this image has no trust store; name a file with tls.ca"};
    auto ca = pem("tls.ca", store);
    if (!ca) return ca.error();
    auto cert = pem("tls.cert", config.tls->cert);
    if (!cert) return cert.error();
    auto key = pem("tls.key", config.tls->key);
    if (!key) return key.error();
    options.ca_pem = *std::move(ca);
    options.cert_pem = *std::move(cert);
    options.key_pem = Secret(*std::move(key));
    return options;
}

std::string new_instance_id() {
    std::random_device source;
    std::string id;
    for (int i = 0; i < 4; ++i)
        id += fmt::format("{:08x}", source());
    return id;
}

Delivery::Delivery(boost::asio::any_io_executor executor, Output output, std::optional<ReportOptions> report,
                   std::function<void(double)> pace, Log& log)
    : output_(std::move(output)), log_(log) {
    if (!report) return;
    ReportEvents events;
    events.pace = std::move(pace);
    events.log = [&log](std::string_view kind, std::string_view text) { log.limited(kind, text); };
    reporter_ = std::make_unique<Reporter>(std::move(executor), *std::move(report), std::move(events));
}

void Delivery::deliver(const Window& window, std::chrono::steady_clock::time_point ended) {
    if (const auto bounds = check_bounds(window); !bounds) {
        reached_ = {false, false};
        log_.limited("window.bounds",
                     fmt::format("window {} was left out: {}", window.sequence, bounds.error().message));
        return;
    }
    if (!output_.write(window)) {
        reached_.output = false;
        log_.limited("output.failed",
                     fmt::format("window {} could not be written to --output", window.sequence));
    }
    if (reporter_) reporter_->offer(window, ended);
}

boost::asio::awaitable<Delivery::Reached> Delivery::finish(std::chrono::steady_clock::time_point deadline) {
    if (!reporter_) co_return reached_;
    const bool acknowledged = co_await reporter_->drain(deadline);
    if (!acknowledged) {
        reached_.controller = false;
        log_.line(fmt::format("the controller did not acknowledge the last {} windows in time",
                              reporter_->unacknowledged()));
    }
    co_return reached_;
}

}  // namespace plumb::agent
