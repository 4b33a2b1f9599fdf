#include "probes/task/limits/limits.hpp"

#include "probes/task/limits/describe.hpp"
#include "probes/task/limits/facts.hpp"
#include "probes/task/limits/numbers.hpp"

#include <algorithm>
#include <utility>

namespace plumb::task {

namespace {

class Limits : public Section {
  public:
    explicit Limits(Places places) : places_(std::move(places)) {}

    void look(Look& look, Depth depth) override {
        const auto memberships = limits::parse_memberships(limits::read_small(places_.proc + "/self/cgroup"));
        limits::Reading reading;
        reading.memory = limits::read_memory(places_.cgroup, memberships);
        if (reading.memory) remember_highest(*reading.memory);
        reading.cpu = limits::read_cpu(places_.cgroup, memberships);
        if (reading.cpu) reading.cpu_use = cpu_.look(*reading.cpu, Clock::now());
        reading.pressure = limits::read_pressure(places_.proc, places_.cgroup, memberships);
        reading.pids = limits::read_pids(places_.cgroup, memberships);
        reading.ports = limits::read_local_ports(
            places_.proc, depth == Depth::inspect ? limits::PortCost::whole : limits::PortCost::when_many);
        reading.disks = limits::read_disks(places_.proc, places_.root);
        reading.descriptors = descriptors(depth);
        limits::describe(reading, kills_, look);
    }

  private:
    // For kernels that keep no peak.
    void remember_highest(limits::Memory& memory) {
        highest_ = std::max(highest_, memory.working_set().value_or(0));
        if (memory.peak || highest_ == 0) return;
        memory.peak = highest_;
        memory.peak_seen = true;
    }

    limits::Descriptors descriptors(Depth depth) {
        if (depth == Depth::connect) {
            limits::Descriptors kept;
            kept.lowest_limit = known_.lowest_limit;
            kept.limits_read = known_.limits_read;
            return kept;
        }
        known_ = limits::read_descriptors(places_.proc);
        return known_;
    }

    Places places_;
    limits::CpuWatch cpu_;
    limits::OomWatch kills_;
    limits::Descriptors known_;
    std::uint64_t highest_ = 0;  // bytes, of the working set
};

}  // namespace

std::unique_ptr<Section> make_limits(Places places) {
    return std::make_unique<Limits>(std::move(places));
}

Catalog limits_catalog() {
    using namespace limits;
    return {.phases = {},
            .causes = {Cause::task_oom_killed},
            .facts = {kCgroup, kPressureOf, kMemoryLimit, kMemorySizing, kCpuLimit, kPidsLimit,
                      kDescriptorLimit, kDescriptorsUnseen},
            .gauges = {kMemory, kMemoryPeak, kPageCache, kOomKills, kCpu, kThrottled, kPressureCpu,
                       kPressureMemory, kPressureIo, kPids, kDescriptors, kLocalPorts, kDisk, kInodes}};
}

}  // namespace plumb::task
