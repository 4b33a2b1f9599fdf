// What is asked of the app while it warms up, and by which rules its balancer judges the answers.
#pragma once

#include "base/result.hpp"
#include "probes/url.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task {

struct StatusRange {  // both ends included
    int from = 200;
    int to = 399;
    friend bool operator==(const StatusRange&, const StatusRange&) = default;
};
// A balancer's matcher: "200", "200-299", "200,202-204,302".
Result<std::vector<StatusRange>> parse_statuses(std::string_view text);

struct WarmupSettings {
    // http or https, inside the task, as the balancer's or the container's health check asks it:
    // http://127.0.0.1:8080/health. A balancer takes any certificate, and so do we.
    Url health;
    std::optional<Url> ready;  // a second one that speaks of readiness, where the app has it

    std::chrono::nanoseconds interval{std::chrono::seconds(30)};  // of the balancer's health check
    std::chrono::nanoseconds timeout{std::chrono::seconds(5)};    // of one check
    unsigned unhealthy = 2;  // failed checks in a row that make it unhealthy
    unsigned healthy = 2;    // good ones in a row after which it takes traffic; a balancer's own default is 5
    std::chrono::nanoseconds grace{0};                 // healthCheckGracePeriodSeconds of the service
    std::chrono::nanoseconds start_period{0};          // startPeriod of a container's health check
    std::vector<StatusRange> statuses{StatusRange{}};  // what counts as healthy
};

// What of them cannot be used, and what would be right. Everything else here REQUIRES that this is nothing.
Result<void> check_warmup_settings(const WarmupSettings& settings);

// From the start of the task to the end of an app that was never healthy: failures count only after the
// longer of grace and start period.
std::chrono::nanoseconds kill_line(const WarmupSettings& settings);
std::string kill_line_in_words(const WarmupSettings& settings);  // "kill line 120 s: grace 60 s + 2 × 30 s"

bool is_healthy_status(const WarmupSettings& settings, int status);

std::uint16_t usual_port(const Url& url);   // of its scheme
std::uint16_t port_of(const Url& url);      // its own, else that
std::string path_in_words(const Url& url);  // "/health": without its query, which may be secret
std::string seconds_in_words(std::chrono::nanoseconds value);  // "41.2 s"
double as_seconds(std::chrono::nanoseconds value);

}  // namespace plumb::task
