#include "agent/run/pacing.hpp"

#include "base/duration.hpp"

#include <algorithm>
#include <cmath>

namespace plumb::agent {
namespace {

// The judge calls a fault hard after that many failing runs; slower before would only delay it.
constexpr unsigned kPatience = 5;
// Log-ins are held back further than runs, which still show that the way is free.
constexpr unsigned kLoginReach = 4;

unsigned points(std::chrono::nanoseconds span, std::chrono::nanoseconds interval) {
    const double ratio = static_cast<double>(span.count()) / static_cast<double>(interval.count());
    return static_cast<unsigned>(std::clamp(std::round(ratio), 1.0, 1e6));
}

bool is_reach(Layer layer) {
    return layer == Layer::resolve || layer == Layer::connect || layer == Layer::handshake;
}

unsigned patience(const Failure& failure) {
    return cause_info(failure.cause).category == Category::saturation ? 1 : kPatience;
}

}  // namespace

Cadence cadence_of(bool logs_in, std::chrono::nanoseconds window, std::chrono::nanoseconds interval,
                   std::optional<std::chrono::nanoseconds> login,
                   std::optional<std::chrono::nanoseconds> inspect) {
    Cadence cadence;
    cadence.logs_in = logs_in;
    cadence.interval = interval;
    // Rounded down, so that no window is without one.
    cadence.window = static_cast<unsigned>(std::clamp<std::int64_t>(window / interval, 1, 1'000'000));
    cadence.login = logs_in ? points(login.value_or(window / 2), interval) : 1;
    cadence.inspect = std::max(inspect ? points(*inspect, interval) : cadence.window, cadence.login);
    return cadence;
}

Pacing::Pacing(const Cadence& cadence)
    : cadence_(cadence), reach_(1, cadence.window), login_(cadence.login, kLoginReach) {}

Pacing::Next Pacing::next() {
    using Turn = Breaker::Turn;
    if (to_inspect_ > 0) --to_inspect_;
    const auto reach = reach_.next();
    if (reach != Turn::trial) return {std::nullopt, true};
    const auto login = cadence_.logs_in ? login_.next() : Turn::trial;
    if (login != Turn::trial) return {Depth::connect, login == Turn::held_back};
    if (to_inspect_ > 0) return {Depth::login, false};
    // Only log-ins inspect: rounded down to whole ones, so that no window is without.
    to_inspect_ = std::max(cadence_.inspect / cadence_.login, 1U) * cadence_.login;
    return {Depth::inspect, false};
}

void Pacing::keep_apart(std::chrono::nanoseconds apart, double random) {
    if (!cadence_.logs_in) return;
    const auto most = std::clamp(apart, std::chrono::nanoseconds(0), kMostApart);
    // Rounded up, so that the budget is kept.
    const auto count = (most + cadence_.interval - std::chrono::nanoseconds(1)) / cadence_.interval;
    login_.keep_apart(static_cast<unsigned>(std::max<std::int64_t>(count, 1)), random);
    pace_ = login_.kept_apart() ? "log-ins " + format_duration(count * cadence_.interval) + " apart" : "";
}

void Pacing::seen(Depth depth, const Outcome& outcome) {
    if (outcome.ok()) {
        reach_.succeeded();
        if (depth != Depth::connect) login_.succeeded();
        return;
    }
    const auto& failure = *outcome.failure;
    if (failure.cause == Cause::local_cancelled) return;
    if (!cadence_.logs_in || is_reach(layer_of_phase(failure.phase))) return reach_.failed(patience(failure));
    reach_.succeeded();
    login_.failed(patience(failure));
}

std::string_view Pacing::state() const {
    if (reach_.open()) return "runs held back";
    return login_.open() ? "log-ins held back" : "";
}

}  // namespace plumb::agent
