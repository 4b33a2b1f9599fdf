#include "probes/task/warmup/port_watch.hpp"

#include "probes/task/warmup/facts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

constexpr unsigned kLeastRefusals = 5;  // who comes late is past half of the kill line at once

}  // namespace

PortWatch::PortWatch(const WarmupSettings& settings, Clock::time_point start)
    : port_(port_of(settings.health)),
      path_(path_in_words(settings.health)),
      half_way_(kill_line(settings) / 2),
      start_(start) {}

void PortWatch::answered(const HealthAnswer& answer) {
    last_ = answer.at;
    if (answer.status == 0 && answer.failed == Cause::tcp_refused) {
        ++refused_;
    } else {
        settled_ = true;
    }
}

bool PortWatch::suspicious() const {
    return !settled_ && refused_ >= kLeastRefusals && last_ - start_ >= half_way_;
}

std::vector<std::uint16_t> PortWatch::to_try(std::vector<std::uint16_t> listening) {
    std::erase(listening, port_);
    std::sort(listening.begin(), listening.end());
    listening.erase(std::unique(listening.begin(), listening.end()), listening.end());
    if (listening.size() > kMaxTried) {
        turn_ = (turn_ + kMaxTried) % listening.size();
        std::rotate(listening.begin(), listening.begin() + static_cast<std::ptrdiff_t>(turn_),
                    listening.end());
    }
    const auto known = found_ ? std::find(listening.begin(), listening.end(), found_->port) : listening.end();
    if (known != listening.end()) std::rotate(listening.begin(), known, known + 1);
    listening.resize(std::min(listening.size(), kMaxTried));
    return listening;
}

Check PortWatch::check() const {
    Check check{std::string(kPortCheck.name), Cause::task_wrong_port, false, {}};
    if (!suspicious() || !found_) return check;
    check.failed = true;
    check.detail =
        fmt::format("port {} refuses; {} answers {} to {}", port_, found_->port, found_->status, path_);
    return check;
}

std::string PortWatch::in_words() const {
    if (!suspicious() || !found_) return {};
    return fmt::format("{} refuses, {} answers {}", port_, found_->port, found_->status);
}

}  // namespace plumb::task
