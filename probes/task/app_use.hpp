// In a sidecar the agent's own cgroup is not the app's: what the app uses, and of what limits, is then said
// by the statistics of the task's containers. In the app's own container the definition of the task may set a
// lower limit than the cgroups show which can be seen from inside. Pure.
#pragma once

#include "probes/run.hpp"
#include "probes/task/identity/identity.hpp"
#include "probes/task/section.hpp"

#include <map>
#include <optional>
#include <string>

namespace plumb::task {

inline constexpr GaugeInfo kContainerMemory{
    "container.NAME.memory", "bytes",
    "memory that this container of the task uses, without page cache that can be dropped; of its limit",
    true};

class AppUse {
  public:
    // Puts the app's amounts and limits in the place of those that the agent's own container gave, and those
    // under the name of that container. `stats` may be empty: then nothing of the app is told, and nothing of
    // the agent's stands for it; nor does it while nobody has said whose container it is. `others_seen`:
    // processes of other containers are to be seen, whose descriptors count. CPU comes with the second look
    // that lies half a second or more behind the first, by ECS's clock.
    void tell(const Identity& identity, const std::map<std::string, EcsUse>& stats, bool others_seen,
              Clock::time_point now, Look& look);

  private:
    void tell_app(const Identity& identity, const EcsUse& use, Clock::time_point now, Outcome& out);
    double seconds_since_before(const EcsUse& use, Clock::time_point now) const;
    void tell_cpu(const Identity& identity, const EcsUse& use, Clock::time_point now, Outcome& out);

    std::optional<EcsUse> before_;
    double highest_ = 0;  // bytes, of the working set
    Clock::time_point looked_{};
};

Catalog app_use_catalog();

}  // namespace plumb::task
