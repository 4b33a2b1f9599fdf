#include "agent/check/output.hpp"

#include "agent/check/json.hpp"
#include "agent/check/table.hpp"
#include "agent/streams.hpp"
#include "agent/version.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

// Longer lines are hard to read, however wide the window.
constexpr int kWidest = 140;

// Who the task is, in a word or two: its service, or whatever is nearest to a name.
std::string name_of(const std::vector<Fact>& identity) {
    for (const std::string_view name :
         {"ecs.service", "ecs.family", "kubernetes.pod", "ec2.instance", "hostname"}) {
        const auto found = std::find_if(identity.begin(), identity.end(),
                                        [name](const Fact& fact) { return fact.name == name; });
        if (found != identity.end() && !found->value.empty()) return found->value;
    }
    return "";
}

TableOptions table_options(const CheckDriver& driver, const std::vector<Prepared>& targets) {
    TableOptions table;
    table.expected = targets.size();
    table.repeat = driver.repeat();
    table.interrupted = driver.interrupted();
    table.kinds = all_kinds();
    table.task = &driver.look();
    table.task_name = name_of(driver.identity().facts);
    table.cut_short = driver.cut_short();
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto& target = targets[i].target();
        if (driver.outcomes()[i].empty()) table.dependencies_without_outcome.push_back(target.dependency);
        if (target.connect_only) table.connect_only.push_back(target.dependency);
    }
    return table;
}

}  // namespace

std::vector<Outcome> outcomes_of(const CheckDriver& driver) {
    std::vector<Outcome> all;
    for (const auto& list : driver.outcomes())
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

std::string render(const CheckDriver& driver, const std::vector<Prepared>& targets,
                   const CheckOptions& options, const Terminal& terminal) {
    const auto outcomes = outcomes_of(driver);
    auto table = table_options(driver, targets);
    if (options.json) {
        const Interruption interruption{driver.interrupted(), std::move(table.dependencies_without_outcome)};
        return render_json(outcomes, {driver.identity().facts, driver.look()}, version(), interruption);
    }
    table.wrap_result = ::isatty(STDOUT_FILENO) == 1;
    table.terminal = Terminal(terminal.colour(), std::min(terminal.width(), kWidest));
    table.verbose = options.verbose;
    return render_table(outcomes, table);
}

std::string render_result(const CheckDriver& driver, const std::vector<Prepared>& targets) {
    return result_line(outcomes_of(driver), table_options(driver, targets));
}

int exit_code(const CheckDriver& driver) {
    if (driver.interrupted()) return kFailed;
    for (const auto& list : driver.outcomes()) {
        const auto ok = [](const Outcome& outcome) { return outcome.ok(); };
        if (!std::all_of(list.begin(), list.end(), ok)) return kFailed;
    }
    return kOk;
}

void complain(std::string_view text) {
    tell(fmt::format("plumb-agent check: {}", text));
}

}  // namespace plumb::agent
