#include "probes/task/app_use.hpp"

#include "base/text.hpp"
#include "probes/task/limits/describe.hpp"
#include "probes/task/limits/facts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace plumb::task {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

// What the agent's own cgroup says, and what would be taken for the app's.
constexpr std::array<std::string_view, 10> kOwnGauges{
    limits::kMemory.name,     limits::kMemoryPeak.name,    limits::kPageCache.name, limits::kCpu.name,
    limits::kThrottled.name,  limits::kPids.name,          limits::kOomKills.name,  limits::kPressureCpu.name,
    limits::kPressureIo.name, limits::kPressureMemory.name};
constexpr std::array<std::string_view, 5> kOwnFacts{limits::kMemoryLimit.name, limits::kMemorySizing.name,
                                                    limits::kCpuLimit.name, limits::kPidsLimit.name,
                                                    limits::kPressureOf.name};
constexpr std::array<std::string_view, 2> kDescriptorFacts{limits::kDescriptorLimit.name,
                                                           limits::kDescriptorsUnseen.name};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string gauge_of(const std::string& container) {
    constexpr std::string_view kPlace = "NAME";
    std::string name(kContainerMemory.name);
    return name.replace(name.find(kPlace), kPlace.size(), sanitize(to_lower(container), 64));
}

const EcsContainer* find(const Identity& identity, const std::string& id) {
    for (const auto& each : identity.ecs->containers) {
        if (each.id == id) return &each;
    }
    return nullptr;
}

// The lowest of the container's own limit, of what Docker enforces, and of the whole task's.
std::optional<double> memory_limit(const EcsTask& task, const EcsContainer* container, const EcsUse& use) {
    std::optional<double> lowest = use.memory_limit;
    const auto lower = [&lowest](std::optional<double> mib) {
        if (mib) lowest = std::min(lowest.value_or(*mib * kMebibyte), *mib * kMebibyte);
    };
    if (container != nullptr) lower(container->memory_mib);
    lower(task.memory_mib);
    return lowest;
}

void lower(std::optional<double>& limit, double other) {
    limit = std::min(limit.value_or(other), other);
}

// The words of the sizing, and of what was killed, end with the limit that there is.
std::string with_limit(const std::string& text, const std::string& words) {
    return text.substr(0, text.rfind("; ")) + "; the limit is " + words;
}

void replace_limit(Look& look, const std::string& words) {
    if (const auto* sizing = look.evidence.find_fact(limits::kMemorySizing.name))
        look.evidence.fact(limits::kMemorySizing, with_limit(sizing->value, words));
    for (auto& check : look.checks) {
        if (check.cause == Cause::task_oom_killed && check.failed)
            check.detail = with_limit(check.detail, words);
    }
}

// A limit of the task as a whole lies in a cgroup that a container of it may not see.
void lower_limits(const Identity& identity, Look& look) {
    auto& out = look.evidence;
    const auto memory = memory_limit(*identity.ecs, find(identity, identity.app_id), {});
    for (auto& gauge : out.gauges) {
        const bool of_memory = gauge.name == limits::kMemory.name || gauge.name == limits::kMemoryPeak.name;
        if (of_memory && memory) lower(gauge.limit, *memory);
        if (gauge.name == limits::kCpu.name && identity.ecs->vcpus) lower(gauge.limit, *identity.ecs->vcpus);
    }
    const auto* used = out.find_gauge(limits::kMemory.name);
    if (used != nullptr && used->limit) {
        const auto words = limits::show_mebibytes(static_cast<std::uint64_t>(*used->limit));
        out.fact(limits::kMemoryLimit, words);
        replace_limit(look, words);
    }
    const auto* cpu = out.find_gauge(limits::kCpu.name);
    const auto* told = out.find_fact(limits::kCpuLimit.name);
    if (cpu != nullptr && cpu->limit) {
        out.fact(limits::kCpuLimit, limits::show_cores(*cpu->limit));
    } else if (told != nullptr && told->value == "none" && identity.ecs->vcpus) {
        out.fact(limits::kCpuLimit, limits::show_cores(*identity.ecs->vcpus));
    }
}

void tell_cpu_since(const EcsUse& before, const EcsUse& use, double seconds, const EcsTask& task,
                    Outcome& out) {
    if (use.cpu_seconds && before.cpu_seconds)
        out.gauge(limits::kCpu, (*use.cpu_seconds - *before.cpu_seconds) / seconds, task.vcpus);
    if (!use.periods || !before.periods || !use.throttled || !before.throttled) return;
    const double periods = *use.periods - *before.periods;
    if (periods > 0)
        out.gauge(limits::kThrottled, std::max(0.0, *use.throttled - *before.throttled) / periods);
}

}  // namespace

void AppUse::tell(const Identity& identity, const std::map<std::string, EcsUse>& stats, bool others_seen,
                  Clock::time_point now, Look& look) {
    auto& out = look.evidence;
    if (identity.container == OwnContainer::of_the_app) {
        if (identity.ecs) lower_limits(identity, look);
        return;
    }
    std::erase_if(out.gauges, [&](const Gauge& gauge) {
        return is_one_of(kOwnGauges, gauge.name) || (!others_seen && gauge.name == limits::kDescriptors.name);
    });
    std::erase_if(out.facts, [&](const Fact& fact) {
        return is_one_of(kOwnFacts, fact.name) || (!others_seen && is_one_of(kDescriptorFacts, fact.name));
    });
    std::erase_if(look.checks, [](const Check& check) { return check.cause == Cause::task_oom_killed; });
    if (!identity.ecs) return;
    for (const auto& [id, use] : stats) {
        if (id == identity.app_id) {
            tell_app(identity, use, now, out);
            continue;
        }
        const auto* container = find(identity, id);
        if (container == nullptr || !use.memory) continue;
        out.gauge(gauge_of(container->name), *use.memory, memory_limit(*identity.ecs, container, use),
                  kContainerMemory.refuses_at_limit);
    }
}

void AppUse::tell_app(const Identity& identity, const EcsUse& use, Clock::time_point now, Outcome& out) {
    const auto limit = memory_limit(*identity.ecs, find(identity, identity.app_id), use);
    const auto bytes = [](double amount) { return static_cast<std::uint64_t>(amount); };
    if (use.memory) out.gauge(limits::kMemory, *use.memory, limit);
    if (use.page_cache) out.gauge(limits::kPageCache, *use.page_cache);
    out.fact(limits::kMemoryLimit, limit ? limits::show_mebibytes(bytes(*limit)) : "none");
    highest_ = std::max(highest_, use.memory.value_or(0));
    if (const double peak = use.memory_peak.value_or(highest_); peak > 0) {
        out.gauge(limits::kMemoryPeak, peak, limit);
        limits::Memory memory;
        memory.peak = bytes(peak);
        memory.peak_seen = !use.memory_peak;
        if (limit) memory.limit = bytes(*limit);
        out.fact(limits::kMemorySizing, limits::memory_sizing(memory));
    }
    if (use.pids) out.gauge(limits::kPids, *use.pids);
    tell_cpu(identity, use, now, out);
}

// By ECS's own clock: between two looks of ours its answer may be the same, or a second younger.
double AppUse::seconds_since_before(const EcsUse& use, Clock::time_point now) const {
    if (use.read && before_->read) return std::chrono::duration<double>(*use.read - *before_->read).count();
    return std::chrono::duration<double>(now - looked_).count();
}

void AppUse::tell_cpu(const Identity& identity, const EcsUse& use, Clock::time_point now, Outcome& out) {
    constexpr double kLeastApart = 0.5;
    if (identity.ecs->vcpus) out.fact(limits::kCpuLimit, limits::show_cores(*identity.ecs->vcpus));
    const double seconds = before_ ? seconds_since_before(use, now) : 0;
    const bool restarted = before_ && use.cpu_seconds.value_or(0) < before_->cpu_seconds.value_or(0);
    if (before_ && !restarted && seconds < kLeastApart) return;
    if (before_ && !restarted) tell_cpu_since(*before_, use, seconds, *identity.ecs, out);
    before_ = use;
    looked_ = now;
}
Catalog app_use_catalog() {
    Catalog catalog;
    catalog.gauges = {kContainerMemory};
    return catalog;
}

}  // namespace plumb::task
