// All kinds of probes, and the driver that runs one.
#pragma once

#include "probes/probe.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace plumb {

std::span<const Kind> all_kinds();

struct SchemeMatch {
    const Kind* kind;
    std::uint16_t default_port;  // 0: the URL must give one
    bool fallback;               // amqp, mysql, kafka …: no probe of its own; tcp on its usual port
    bool tls;
};
// `scheme` in lower case. A driver's name after '+' is ignored (postgresql+asyncpg), but not "+srv", which is
// no host.
std::optional<SchemeMatch> find_scheme(std::string_view scheme);

// A target made ready to run: kind found, options checked, URL redacted.
class Prepared {
  public:
    // Errors name what is wrong and what would be right, and hold nothing of the URL's secrets.
    static Result<Prepared> make(Target target, Services& services);

    // Runs once, as far as `depth` says (for a kind that does not log in, `connect` is `login`), under
    // `target.timeout`. Never throws for what the network does; an exception inside a probe becomes the
    // outcome's local.error, and cancellation from outside local.cancelled. Marks the outcome suspect when
    // the loop lagged. Over within a few milliseconds of its deadline whatever the probe does. REQUIRES: no
    // run in flight; the Prepared stays where it is until the run is over.
    boost::asio::awaitable<Outcome> run_once(Depth depth = Depth::inspect);

    // From the next run on, outcomes tell what was said on the wire (Outcome::said).
    void listen() { listens_ = true; }

    // Of the run in flight; nothing when there is none, or before its first phase.
    struct InFlight {
        std::string_view phase;
        std::chrono::nanoseconds spent{};  // in this phase
    };
    std::optional<InFlight> in_flight() const;

    const Target& target() const { return target_; }
    const Kind& kind() const { return *kind_; }
    const std::string& display() const { return display_; }  // redacted URL

  private:
    Prepared() = default;
    boost::asio::awaitable<void> run_guarded(Run& run);

    Target target_;
    const Kind* kind_ = nullptr;
    std::string display_;
    boost::asio::any_io_executor executor_;
    std::unique_ptr<Probe> probe_;
    std::vector<Secret> secrets_;  // of the URL, the longest first
    const Run* run_ = nullptr;     // in flight
    std::uint64_t runs_ = 0;
    bool listens_ = false;
};

}  // namespace plumb
