// All kinds of probes, and the driver that runs one.
#pragma once

#include "probes/probe.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace plumb {

std::span<const Kind> all_kinds();

struct SchemeMatch {
    const Kind* kind;
    std::uint16_t default_port;
    bool fallback;  // a scheme without a probe of its own (amqp, mysql, kafka …): probed as tcp on its usual
                    // port
    bool tls;
};
std::optional<SchemeMatch> find_scheme(std::string_view scheme);

// A target made ready to run: kind found, options checked, URL redacted.
class Prepared {
  public:
    static Result<Prepared> make(Target target, Services& services);

    // Runs once under `target.timeout`. Never throws for what the network does; an exception inside a probe
    // becomes the outcome's local.error. Marks the outcome suspect when the loop lagged. REQUIRES: no run in
    // flight.
    boost::asio::awaitable<Outcome> run_once();

    const Target& target() const { return target_; }
    const Kind& kind() const { return *kind_; }
    const std::string& display() const { return display_; }  // redacted URL

  private:
    Prepared() = default;
    Target target_;
    const Kind* kind_ = nullptr;
    std::string display_;
    std::string note_;
    std::unique_ptr<Probe> probe_;
    std::uint64_t runs_ = 0;
};

}  // namespace plumb
