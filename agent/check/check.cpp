#include "agent/check/check.hpp"

#include "agent/check/driver.hpp"
#include "agent/check/json.hpp"
#include "agent/check/table.hpp"
#include "agent/check/targets.hpp"
#include "agent/prepare.hpp"
#include "agent/version.hpp"
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

void complain(std::string_view text) {
    fmt::print(stderr, "plumb-agent check: {}\n", text);
}

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
    if (complaints.empty()) return true;
    fmt::print(stderr, "{}\n", complaints.joined());
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

// A line that is written over, on a terminal only. Never beside JSON: ECS Exec mixes both streams.
std::function<void(std::size_t)> progress(std::size_t targets, bool json) {
    if (json || ::isatty(STDERR_FILENO) == 0) return [](std::size_t) {};
    return [targets](std::size_t done) {
        if (done == targets) {
            std::fputs("\r\x1b[K", stderr);
        } else {
            fmt::print(stderr, "\r\x1b[Kchecked {} of {} …", done, targets);
        }
        std::fflush(stderr);
    };
}

std::vector<Outcome> flatten(const std::vector<std::vector<Outcome>>& by_target) {
    std::vector<Outcome> all;
    for (const auto& list : by_target)
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

std::string render(const CheckDriver& driver, const std::vector<Prepared>& targets,
                   const CheckOptions& options) {
    const auto outcomes = flatten(driver.outcomes());
    if (options.json) return render_json(outcomes, driver.identity().facts, version());
    TableOptions table;
    const Terminal terminal(STDOUT_FILENO);
    table.terminal = Terminal(terminal.colour(), std::min(terminal.width(), 100));
    table.verbose = options.verbose;
    table.expected = targets.size();
    table.kinds = all_kinds();
    for (std::size_t i = 0; i < targets.size(); ++i) {
        if (driver.outcomes()[i].empty())
            table.dependencies_without_outcome.push_back(targets[i].target().dependency);
    }
    return render_table(outcomes, table);
}

int exit_code(const CheckDriver& driver) {
    if (driver.interrupted()) return kFailed;
    for (const auto& list : driver.outcomes()) {
        for (const auto& outcome : list) {
            if (!outcome.ok()) return kFailed;
        }
    }
    return kOk;
}

int print(std::string_view text) {
    const bool written =
        std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written) complain("standard output could not be written");
    return written ? kOk : kFailed;
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

    CheckDriver::Plan plan{options.repeat, options.concurrency, progress(targets.size(), options.json)};
    CheckDriver driver(io, services, targets, std::move(plan));
    driver.run();
    if (driver.interrupted()) complain("interrupted: what follows is what is known");
    const int printed = print(render(driver, targets, options));
    const int code = std::max<int>(printed, exit_code(driver));
    // A run that did not end in its grace still refers to its target: leave without taking anything apart.
    if (!driver.settled()) std::_Exit(code);
    return code;
}

}  // namespace plumb::agent
