#include "agent/validate.hpp"

#include "agent/prepare.hpp"
#include "agent/run/delivery.hpp"
#include "probes/net/resolver.hpp"

#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

namespace plumb::agent {

int validate(const ValidateOptions& options) {
    yaml::Complaints complaints;
    const auto config = load_config(options.config, complaints);
    boost::asio::io_context io(1);
    auto resolver = net::Resolver::make(io.get_executor(), config.resolvers);
    if (!resolver) {
        complaints.lines.push_back(fmt::format("{}: resolver: {}", options.config, resolver.error().message));
        resolver = net::Resolver::make(io.get_executor(), {"127.0.0.1:53"});
    }
    if (resolver) {
        Services services{io.get_executor(), **resolver};
        prepare_all(config, kDefaultTimeout, services, complaints);
    }
    if (!config.controller.empty()) {
        // The certificates are read as `run` reads them.
        const auto report = report_options(config);
        if (!report)
            complaints.lines.push_back(fmt::format("{}: {}", options.config, report.error().message));
    }
    if (!complaints.empty()) {
        fmt::print(stderr, "{}\n", complaints.joined());
        return kUsage;
    }
    fmt::print("ok: {} {}{}\n", config.targets.size(), config.targets.size() == 1 ? "target" : "targets",
               config.controller.empty() ? "" : fmt::format(", controller {}", config.controller));
    return kOk;
}

}  // namespace plumb::agent
