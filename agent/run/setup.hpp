// What `run` and `validate` make of a configuration file. Everything that can be wrong with one is found in
// one go.
#pragma once

#include "agent/prepare.hpp"
#include "agent/report/reporter.hpp"
#include "probes/net/resolver.hpp"
#include "probes/task/task_probe.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace plumb::agent {

struct Setup {
    Config config;
    std::unique_ptr<net::Resolver> resolver;
    std::optional<Services> services;  // refers to the resolver; the targets may refer to it
    std::vector<Prepared> targets;
    std::unique_ptr<task::TaskProbe> task;  // without complaints; config.task says whether it looks
    std::optional<ReportOptions> report;    // with a controller
};

// Fills `out`, which is complete when `complaints` stays empty.
void set_up(const std::string& path, const boost::asio::any_io_executor& executor, Setup& out,
            yaml::Complaints& complaints);

}  // namespace plumb::agent
