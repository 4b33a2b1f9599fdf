#include "probes/task/limits/cpu.hpp"

#include "probes/task/limits/numbers.hpp"

#include <algorithm>
#include <utility>

namespace plumb::task::limits {

namespace {

constexpr Wanted kCpuGroup{"cpu", "cpu.stat", "cpu.stat"};
constexpr Wanted kTimeGroup{"cpuacct", "cpuacct.usage", "cpuacct.usage"};
constexpr double kMicro = 1e-6;
constexpr double kNano = 1e-9;

std::optional<double> quota_at(const Group& group, std::size_t level) {
    if (group.unified) return parse_cpu_max(read_small(group.file(level, "cpu.max")));
    return parse_cpu_max(read_small(group.file(level, "cpu.cfs_quota_us")) + " " +
                         read_small(group.file(level, "cpu.cfs_period_us")));
}

// Version 1 counts the time in a controller of its own, which may be mounted apart.
std::optional<double> time_v1(const std::string& root, const std::vector<Membership>& memberships,
                              const std::string& path) {
    const auto group = find_group(root, memberships, kTimeGroup);
    if (!group || group->unified) return std::nullopt;
    const auto same = std::find(group->paths.begin(), group->paths.end(), path);
    const auto level = same == group->paths.end() ? 0 : same - group->paths.begin();
    const auto used = parse_number(read_small(group->file(static_cast<std::size_t>(level), "cpuacct.usage")));
    if (!used) return std::nullopt;
    return static_cast<double>(*used) * kNano;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
    const auto rest = text.find_first_of(" \n");
    if (rest == std::string_view::npos) return std::nullopt;
    const auto quota = parse_number(text.substr(0, rest));
    const auto period = parse_number(text.substr(rest));
    if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<Cpu> read_cpu(const std::string& root, const std::vector<Membership>& memberships) {
    const auto group = find_group(root, memberships, kCpuGroup);
    if (!group) return std::nullopt;
    Cpu cpu;
    cpu.unified = group->unified;
    std::size_t lowest = 0;
    for (std::size_t level = 0; level < group->paths.size(); ++level) {
        const auto limit = quota_at(*group, level);
        if (!limit || (cpu.limit && *limit >= *cpu.limit)) continue;
        cpu.limit = limit;
        lowest = level;
    }
    cpu.group = group->file(lowest, "");
    const auto stat = read_small(group->file(lowest, "cpu.stat"));
    cpu.periods = parse_field(stat, "nr_periods");
    cpu.cut = parse_field(stat, "nr_throttled");
    if (!group->unified) {
        cpu.used = time_v1(root, memberships, group->paths[lowest]);
    } else if (const auto used = parse_field(stat, "usage_usec")) {
        cpu.used = static_cast<double>(*used) * kMicro;
    }
    return cpu;
}

CpuWatch::Use CpuWatch::look(const Cpu& cpu, Clock::time_point now) {
    if (before_ && before_->cpu.group == cpu.group && now - before_->at < kLeastApart) return {};
    const auto before = std::exchange(before_, Seen{cpu, now});
    if (!before || before->cpu.group != cpu.group) return {};
    Use use;
    const auto& was = before->cpu;
    if (cpu.used && was.used && *cpu.used >= *was.used) {
        use.cores = (*cpu.used - *was.used) / std::chrono::duration<double>(now - before->at).count();
    }
    const bool counted = cpu.periods && cpu.cut && was.periods && was.cut;
    if (!cpu.limit || !counted || *cpu.periods < *was.periods || *cpu.cut < *was.cut) return use;
    const auto periods = *cpu.periods - *was.periods;
    const auto cut = std::min(*cpu.cut - *was.cut, periods);
    use.throttled = periods == 0 ? 0 : static_cast<double>(cut) / static_cast<double>(periods);
    return use;
}

}  // namespace plumb::task::limits
