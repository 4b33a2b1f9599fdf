// The kind `task`: no URL leads to it, so it has no scheme and makes no probe; it declares what the task's
// own evidence (task_probe.hpp) may hold.
#include "probes/probe.hpp"
#include "probes/task/app_use.hpp"
#include "probes/task/clock.hpp"
#include "probes/task/facts.hpp"
#include "probes/task/identity/identity.hpp"
#include "probes/task/image/image.hpp"
#include "probes/task/limits/limits.hpp"
#include "probes/task/sockets/sockets.hpp"
#include "probes/task/variables/variables.hpp"
#include "probes/task/warmup/warmup.hpp"

namespace plumb {

const Kind& task_kind() {
    static const Kind kind = [] {
        Kind made;
        made.name = "task";
        made.make = [](const Target&, Services&) -> Result<std::unique_ptr<Probe>> {
            return Error{"the task is looked at by itself; it is no target"};
        };
        made.catalog.phases = {
            {phase::inspect, "a look at everything, also at what hardly changes"},
            {"memory", "a check: the kernel has killed nothing for its memory lately"},
            {"sockets.NAME", "a check: the app's connections to this dependency leak not, and come through"},
            {"listeners", "a check: no listener's queue stays full"},
        };
        made.catalog.facts = {task::kLook, task::kImageFrom, task::kClockOffset};
        made.catalog.gauges = {task::kTimerNoise, task::kClockError, task::kTaskStorage};
        made.catalog.add(task::identity_catalog())
            .add(task::limits_catalog())
            .add(task::variables_catalog())
            .add(task::image_catalog())
            .add(task::sockets_catalog())
            .add(task::app_use_catalog())
            .add(task::warmup_catalog());
        return made;
    }();
    return kind;
}

}  // namespace plumb
