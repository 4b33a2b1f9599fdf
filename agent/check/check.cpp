#include "agent/check/check.hpp"

#include "agent/check/driver.hpp"
#include "agent/check/output.hpp"
#include "agent/check/progress.hpp"
#include "agent/check/targets.hpp"
#include "agent/check/watch.hpp"
#include "agent/prepare.hpp"
#include "agent/streams.hpp"
#include "agent/task_settings.hpp"
#include "base/text.hpp"
#include "probes/net/resolver.hpp"
#include "probes/registry.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

extern char** environ;  // POSIX; no header declares it

namespace plumb::agent {
namespace {

int refuse(const std::vector<std::string>& errors) {
    for (const auto& error : errors)
        complain(error);
    return kUsage;
}

// Reads --config; nullopt when it has errors, which are then printed.
bool read_config(const CheckOptions& options, std::optional<Config>& config) {
    if (options.config.empty()) return true;
    yaml::Complaints complaints;
    config = load_config(options.config, complaints);
    check_task_config(config->task, complaints);
    if (complaints.empty()) return true;
    tell(complaints.joined());
    return false;
}

// Makes the probes. A variable of the environment that no probe can use is a warning, a named target an
// error.
std::vector<Prepared> make_probes(CheckTargets& chosen, const CheckOptions& options, Services& services) {
    std::vector<Prepared> ready;
    const auto timeout = options.timeout.value_or(kDefaultTimeout);
    for (const auto& spec : chosen.targets) {
        auto made = prepare(spec, timeout, services);
        if (made) {
            ready.push_back(*std::move(made));
            continue;
        }
        auto where =
            spec.line > 0 ? fmt::format("{}:{}: ", show_words(options.config), spec.line) : std::string();
        (chosen.discovered ? chosen.warnings : chosen.errors).push_back(where + made.error().message);
    }
    return ready;
}

int once(CheckDriver& driver, const std::vector<Prepared>& targets, const CheckOptions& options,
         ProgressLine& line) {
    driver.run();
    line.clear();
    if (driver.interrupted()) complain("interrupted: what follows is what is known");
    const bool printed = print(render(driver, targets, options, Terminal(STDOUT_FILENO)));
    return printed ? exit_code(driver) : kFailed;
}

}  // namespace

int check(const CheckOptions& options) {
    std::optional<Config> config;
    if (!read_config(options, config)) return kUsage;
    auto chosen = choose_targets(options, config ? &*config : nullptr, environment_pairs(environ),
                                 process_environment(), registry_lookup());
    for (const auto& warning : chosen.warnings)
        complain(warning);
    if (!chosen.errors.empty()) return refuse(chosen.errors);
    chosen.warnings.clear();

    boost::asio::io_context io(1);
    const auto resolver = net::Resolver::make(io.get_executor(), chosen.resolvers);
    if (!resolver) {
        const auto where =
            options.resolvers.empty() && config
                ? fmt::format("{}:{}: resolver", show_words(options.config), config->resolver_line)
                : std::string("--resolver");
        return refuse({fmt::format("{}: {}", where, resolver.error().message)});
    }
    Services services{io.get_executor(), **resolver};
    auto targets = make_probes(chosen, options, services);
    for (const auto& warning : chosen.warnings)
        complain(warning);
    if (!chosen.errors.empty()) return refuse(chosen.errors);
    if (targets.empty()) return refuse({"nothing to check: no target that was found can be probed"});

    if (options.verbose) {
        for (auto& target : targets)
            target.listen();
    }
    // Never beside JSON: ECS Exec mixes both streams.
    ProgressLine line(!options.json);
    const TaskConfig task_config = config ? config->task : TaskConfig();
    CheckDriver::Plan plan;
    plan.repeat = options.repeat;
    plan.concurrency = options.concurrency;
    plan.look = task_config.look;
    // What the table shows of the task needs neither image nor variables, unless some are required.
    plan.whole_look = options.json || options.verbose || !task_config.variables.required.empty();
    if (line.shows()) plan.progress = [&line](Progress progress) { line.show(std::move(progress)); };
    task::TaskProbe task(services, task_settings(task_config));
    CheckDriver driver(io, task, targets, std::move(plan));
    const int code =
        options.watch ? watch(driver, targets, options, line) : once(driver, targets, options, line);
    // A run that did not end in its grace still refers to its target: leave without taking anything apart.
    if (!driver.settled()) std::_Exit(code);
    return code;
}

}  // namespace plumb::agent
