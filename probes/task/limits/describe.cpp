#include "probes/task/limits/describe.hpp"

#include "probes/task/limits/facts.hpp"

#include <cmath>

#include <fmt/format.h>

namespace plumb::task::limits {

namespace {

constexpr std::string_view kNone = "none";
constexpr double kMebi = 1024.0 * 1024.0;

std::optional<double> amount(const std::optional<std::uint64_t>& value) {
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
}

void add(Outcome& to, const GaugeInfo& info, const std::optional<double>& value,
         const std::optional<double>& limit = std::nullopt) {
    if (value) to.gauge(info, *value, limit);
}

void add(Outcome& to, const GaugeInfo& info, const std::optional<Room>& room) {
    if (room) to.gauge(info, room->used, room->usable);
}

std::string count_or_none(const std::optional<std::uint64_t>& limit) {
    return limit ? std::to_string(*limit) : std::string(kNone);
}

std::string limit_words(const Memory& memory) {
    return memory.limit ? fmt::format("the limit is {}", show_mebibytes(*memory.limit))
                        : std::string("there is no limit");
}

void describe_memory(const Memory& memory, OomWatch& kills, Look& look) {
    Outcome& to = look.evidence;
    to.fact(kMemoryLimit, memory.limit ? show_mebibytes(*memory.limit) : kNone);
    if (const auto sizing = memory_sizing(memory); !sizing.empty()) to.fact(kMemorySizing, sizing);
    const auto limit = amount(memory.limit);
    add(to, kMemory, amount(memory.working_set()), limit);
    add(to, kMemoryPeak, amount(memory.peak), limit);
    add(to, kPageCache, amount(memory.cache));
    add(to, kOomKills, amount(memory.oom_kills));
    if (!memory.oom_kills) return;
    Check check{"memory", Cause::task_oom_killed, kills.look(*memory.oom_kills, memory.own), {}};
    if (check.failed) {
        check.detail = fmt::format("the kernel has killed {} {} for {} memory; {}", *memory.oom_kills,
                                   *memory.oom_kills == 1 ? "process" : "processes",
                                   *memory.oom_kills == 1 ? "its" : "their", limit_words(memory));
    }
    look.checks.push_back(std::move(check));
}

void describe_cpu(const Cpu& cpu, const CpuWatch::Use& use, Outcome& to) {
    to.fact(kCpuLimit, cpu.limit ? show_cores(*cpu.limit) : kNone);
    add(to, kCpu, use.cores, cpu.limit);
    add(to, kThrottled, use.throttled);
}

void describe_descriptors(const Descriptors& descriptors, Outcome& to) {
    add(to, kDescriptors, amount(descriptors.open), amount(descriptors.limit));
    if (descriptors.limits_read) to.fact(kDescriptorLimit, count_or_none(descriptors.lowest_limit));
    if (descriptors.unseen > 0) {
        to.fact(kDescriptorsUnseen,
                fmt::format("{} of {} processes", descriptors.unseen, descriptors.processes));
    }
}

std::string_view version_of(const Reading& reading) {
    if (reading.memory) return reading.memory->unified ? "v2" : "v1";
    if (reading.cpu) return reading.cpu->unified ? "v2" : "v1";
    return kNone;
}

}  // namespace

bool OomWatch::look(std::uint64_t kills, bool own) {
    const bool rose = known_ ? kills > *known_ : own && kills > 0;
    known_ = kills;
    if (rose) left_ = kLooks;
    if (left_ == 0) return false;
    --left_;
    return true;
}

std::string show_mebibytes(std::uint64_t bytes) {
    return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / kMebi);
}

std::string show_cores(double cores) {
    return fmt::format("{:.2f}", cores);
}

std::string memory_sizing(const Memory& memory) {
    if (!memory.peak) return {};
    constexpr double kLeast = 1.25;
    constexpr double kMost = 1.30;
    const double peak = static_cast<double>(*memory.peak) / kMebi;
    // A limit that stands where the cache filled it says little of what the program needs.
    const auto cache = static_cast<double>(memory.cache.value_or(0)) / kMebi;
    const std::string with = !memory.peak_seen && cache >= 0.1 * peak && cache >= 1
                                 ? fmt::format(" (page cache with it, {:.0f} MiB of it now)", cache)
                                 : std::string();
    const std::string_view what = memory.peak_seen ? "highest seen" : "peak";
    return fmt::format("{} {:.0f} MiB{}; plus 25 to 30 % would be {:.0f} to {:.0f} MiB; {}", what, peak, with,
                       std::ceil(peak * kLeast), std::ceil(peak * kMost), limit_words(memory));
}

void describe(const Reading& reading, OomWatch& kills, Look& look) {
    Outcome& to = look.evidence;
    to.fact(kCgroup, version_of(reading));
    if (reading.memory) describe_memory(*reading.memory, kills, look);
    if (reading.cpu) describe_cpu(*reading.cpu, reading.cpu_use, to);
    if (reading.pressure.cpu || reading.pressure.memory || reading.pressure.io)
        to.fact(kPressureOf, reading.pressure.of_the_machine ? "the machine" : "the task's cgroup");
    add(to, kPressureCpu, reading.pressure.cpu);
    add(to, kPressureMemory, reading.pressure.memory);
    add(to, kPressureIo, reading.pressure.io);
    if (reading.pids) {
        to.fact(kPidsLimit, count_or_none(reading.pids->limit));
        add(to, kPids, amount(reading.pids->current), amount(reading.pids->limit));
    }
    if (reading.descriptors) describe_descriptors(*reading.descriptors, to);
    if (reading.ports) {
        to.gauge(kLocalPorts, static_cast<double>(reading.ports->used),
                 static_cast<double>(reading.ports->limit));
    }
    add(to, kDisk, reading.disks.bytes);
    add(to, kInodes, reading.disks.inodes);
}

}  // namespace plumb::task::limits
