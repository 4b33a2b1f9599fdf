#include "agent/run/setup.hpp"

#include "agent/run/delivery.hpp"
#include "agent/task_settings.hpp"

namespace plumb::agent {

void set_up(const std::string& path, const boost::asio::any_io_executor& executor, Setup& out,
            yaml::Complaints& complaints) {
    out.config = load_config(path, complaints);
    auto resolver = net::Resolver::make(executor, out.config.resolvers);
    if (!resolver) {
        complaints.add(out.config.resolver_line, "resolver: " + resolver.error().message);
        // The targets are looked at all the same; nothing is asked.
        resolver = net::Resolver::make(executor, {"127.0.0.1:53"});
        if (!resolver) return;
    }
    out.resolver = *std::move(resolver);
    out.services.emplace(Services{executor, *out.resolver});
    out.targets = prepare_all(out.config, kDefaultTimeout, *out.services, complaints);
    check_task_config(out.config.task, complaints);
    if (complaints.empty())
        out.task = std::make_unique<task::TaskProbe>(*out.services, task_settings(out.config.task));
    if (!out.config.controller.empty()) out.report = report_options(out.config, complaints);
}

}  // namespace plumb::agent
