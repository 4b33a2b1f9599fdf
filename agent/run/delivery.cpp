#include "agent/run/delivery.hpp"

#include "agent/run/metrics/emf.hpp"
#include "agent/version.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/net/trust_store.hpp"

#include <array>
#include <random>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::size_t kMaxPem = 4 << 20;
constexpr auto kLastFlush = std::chrono::seconds(2);  // for a reader that is slow, not gone

std::string pem(std::string_view what, const ControllerTls::File& file, yaml::Complaints& complaints) {
    if (file.path.empty()) return {};
    auto text = read_regular_file(file.path, kMaxPem);
    if (!text) {
        complaints.add(file.line, fmt::format("{}: {}", what, text.error().message));
        return {};
    }
    if (text->find("-----BEGIN ") == std::string::npos) {
        complaints.add(file.line, fmt::format("{}: {} holds no PEM; it should begin with -----BEGIN", what,
                                              show_words(file.path)));
    }
    return *std::move(text);
}

}  // namespace

ReportOptions report_options(const Config& config, yaml::Complaints& complaints) {
    ReportOptions options;
    options.controller = config.controller;
    options.token = config.token;
    options.version = std::string(version());
    if (!config.tls) return options;
    options.tls = true;
    auto ca = config.tls->ca;
    if (ca.path.empty()) ca = {net::default_trust_store(), config.tls->line};
    if (ca.path.empty())
        complaints.add(ca.line, "tls: this image has no trust store; name a file with tls.ca");
    options.ca_pem = pem("tls.ca", ca, complaints);
    options.cert_pem = pem("tls.cert", config.tls->cert, complaints);
    options.key_pem = Secret(pem("tls.key", config.tls->key, complaints));
    return options;
}

std::string new_instance_id() {
    std::random_device source;
    std::string id;
    for (int i = 0; i < 4; ++i)
        id += fmt::format("{:08x}", source());
    return id;
}

Delivery::Delivery(const boost::asio::any_io_executor& executor, Destinations to, Log& log)
    : output_(std::move(to.output)),
      embedded_metrics_(std::move(to.embedded_metrics)),
      board_(to.board),
      log_(log) {
    if (!to.report) return;
    ReportEvents events;
    events.pace = std::move(to.pace);
    events.clock = std::move(to.clock);
    events.log = [&log](std::string_view kind, std::string_view text) { log.limited(kind, text); };
    reporter_ = std::make_unique<Reporter>(executor, *std::move(to.report), std::move(events));
}

void Delivery::deliver(const Window& window, std::chrono::steady_clock::time_point ended) {
    if (const auto bounds = check_bounds(window); !bounds) {
        reached_ = {false, false};
        log_.limited("window.bounds",
                     fmt::format("window {} was left out: {}", window.sequence, bounds.error().message));
        return;
    }
    if (board_ != nullptr) board_->add(window);
    if (!embedded_metrics_.write_lines(embedded_metrics(window)))
        log_.limited("emf.failed",
                     "metrics could not be written to standard output: " + embedded_metrics_.trouble());
    if (!output_.write(window)) {
        log_.limited("output.failed", fmt::format("window {} could not be written to --output: {}",
                                                  window.sequence, output_.trouble()));
    }
    if (reporter_ && !reporter_->offer(window, ended)) reached_.controller = false;
}

void Delivery::introduce(Labels labels) {
    if (reporter_) reporter_->introduce(std::move(labels));
}

boost::asio::awaitable<Delivery::Reached> Delivery::finish(std::chrono::steady_clock::time_point deadline) {
    bool acknowledged = true;
    if (reporter_) acknowledged = co_await reporter_->drain(deadline);
    if (!acknowledged) {
        reached_.controller = false;
        log_.line(fmt::format("the controller did not acknowledge the last {} windows in time",
                              reporter_->unacknowledged()));
    }
    embedded_metrics_.flush(kLastFlush);
    if (!output_.flush(kLastFlush) || output_.lost()) {
        reached_.output = false;
        log_.line("--output lacks windows: " + output_.trouble());
    }
    co_return reached_;
}

}  // namespace plumb::agent
