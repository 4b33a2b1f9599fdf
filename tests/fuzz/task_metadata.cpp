// probes/task/identity/ecs: what the ECS metadata endpoint answers.
#include "model/labels.hpp"
#include "probes/task/identity/ecs.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;

void require_readable_container(const task::EcsContainer& container) {
    for (const auto* text : {&container.id, &container.name, &container.image, &container.image_digest,
                             &container.type, &container.network_mode, &container.subnet})
        fuzz::require_readable(*text, kMaxLabelBytes, "a container's text is bounded and readable");
    fuzz::require(container.memory_mib.value_or(0) >= 0, "a limit is not negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::Input(data, size).rest();
    if (const auto own = task::parse_ecs_container(text)) require_readable_container(*own);
    const auto stats = task::parse_ecs_stats(text);
    fuzz::require(stats.size() <= task::kMaxContainers, "there are not too many containers");
    for (const auto& [id, use] : stats)
        fuzz::require(use.memory.value_or(0) >= 0, "memory is not negative");
    const auto task = task::parse_ecs_task(text);
    if (!task) return 0;
    fuzz::require(task->containers.size() <= task::kMaxContainers, "there are not too many containers");
    for (const auto* each : {&task->id, &task->cluster, &task->service, &task->zone})
        fuzz::require_readable(*each, kMaxLabelBytes, "the task's text is bounded and readable");
    for (const auto& container : task->containers)
        require_readable_container(container);
    return 0;
}
