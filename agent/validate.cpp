#include "agent/validate.hpp"

#include "agent/run/setup.hpp"
#include "agent/streams.hpp"

#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

namespace plumb::agent {

int validate(const ValidateOptions& options) {
    yaml::Complaints complaints;
    boost::asio::io_context io(1);
    Setup setup;
    set_up(options.config, io.get_executor(), setup, complaints);
    if (!complaints.empty()) {
        tell(complaints.joined());
        return kUsage;
    }
    const auto& config = setup.config;
    const auto ok =
        fmt::format("ok: {} {}{}\n", config.targets.size(), config.targets.size() == 1 ? "target" : "targets",
                    config.controller.empty() ? "" : fmt::format(", controller {}", config.controller));
    return print(ok) ? kOk : kFailed;
}

}  // namespace plumb::agent
