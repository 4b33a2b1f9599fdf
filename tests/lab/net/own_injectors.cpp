// Faults of what a task is itself: its limits, its image, its kernel, and the app in it.
#include "base/text.hpp"
#include "tests/lab/net/injectors.hpp"
#include "tests/lab/net/limits.hpp"

#include <csignal>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

// With an app, an agent takes about 40 MiB.
constexpr long long kLeastMemory = 96;
constexpr long long kMostMemory = 1024;
constexpr long long kMostDescriptors = 4096;
constexpr long long kMostClients = 50;
constexpr std::chrono::nanoseconds kLongestWarmup = std::chrono::minutes(1);

Effect of_own(const yaml::Reader& from, std::function<void(TaskPlan&)> change) {
    auto effect = of_tasks(from, std::move(change));
    effect.own = true;
    return effect;
}

Effect read_memory(const yaml::Reader& from) {
    from.expect_keys({"limit", "use", "from"});
    const auto limit = static_cast<int>(option(from, "limit", 0, kMostMemory));
    const auto use = static_cast<int>(option(from, "use", 0, 95));
    if (limit == 0 && use == 0) from.complain("memory needs a limit in MiB, or use in percent of it");
    if (from.get("limit") && limit < kLeastMemory)
        from.complain(fmt::format("limit: at least {} MiB, or the agent itself finds no room", kLeastMemory));
    return of_own(from, [=](TaskPlan& task) {
        if (limit > 0) task.own.memory = limit;
        if (use > 0) task.own.app.memory = use;
    });
}

Effect read_oom(const yaml::Reader& from) {
    from.expect_keys({"from"});
    auto effect = once([labels = labels_of(from, "from")](Environment& environment) {
        for (const auto& task : environment.tasks_with(labels))
            environment.fleet().signal(task.name, SIGUSR1);
    });
    effect.own = true;
    effect.of_running = true;
    return effect;
}

Effect read_descriptors(const yaml::Reader& from) {
    from.expect_keys({"limit", "use", "from"});
    const auto limit = static_cast<int>(option(from, "limit", 256, kMostDescriptors));
    const auto use = static_cast<int>(option(from, "use", 0, kMostDescriptors));
    if (use >= limit) from.complain("use: fewer than the limit, or the app cannot open them");
    return of_own(from, [=](TaskPlan& task) {
        task.own.app.descriptor_limit = limit;
        task.own.app.descriptors = use;
    });
}

Effect read_app(const yaml::Reader& from) {
    from.expect_keys({"port", "ready_after", "accepts", "from"});
    const auto port = static_cast<std::uint16_t>(option(from, "port", 0, 65535));
    const auto ready_after = option(from, "ready_after", std::chrono::nanoseconds(0));
    if (ready_after > kLongestWarmup) from.complain("ready_after: at most 1m");
    const bool accepts = !from.get("accepts") || flag(from, "accepts");
    return of_own(from, [=](TaskPlan& task) {
        auto& app = task.own.app;
        if (port != 0) app.port = port;
        if (ready_after.count() > 0) app.ready_after = ready_after;
        app.accepts = app.accepts && accepts;
    });
}

Effect of_clients(const yaml::Reader& from, const std::vector<std::string>& servers,
                  ClientsPlan AppPlan::*which) {
    from.expect_keys({"to", "connections", "from"});
    const ClientsPlan clients{one_of(from, "to", servers),
                              static_cast<int>(option(from, "connections", 6, kMostClients))};
    auto effect = of_own(from, [=](TaskPlan& task) { task.own.app.*which = clients; });
    effect.servers = {clients.server};
    return effect;
}

Effect read_pool(const yaml::Reader& from) {
    return of_clients(from, {"cache"}, &AppPlan::pool);
}

Effect read_leak(const yaml::Reader& from) {
    return of_clients(from, {"cache", "search"}, &AppPlan::leak);
}

Effect read_file(const yaml::Reader& from) {
    from.expect_keys({"path", "text", "without", "from"});
    const auto path = option(from, "path");
    if (!path.starts_with('/')) from.complain("file needs the path of one, from the root on");
    const bool whole = from.get("text").has_value();
    if (whole == from.get("without").has_value())
        from.complain("file: either its text, or a line or name that it is to be without");
    const FileChange change{whole, option(from, whole ? "text" : "without")};
    return of_own(from, [=](TaskPlan& task) { task.own.files[path].push_back(change); });
}

Effect read_kernel(const yaml::Reader& from) {
    from.expect_keys({"name", "value", "from"});
    const auto name = option(from, "name");
    const auto value = option(from, "value");
    // The others are the machine's.
    if (!name.starts_with("net.") || value.empty())
        from.complain(
            "kernel needs the name of a setting of networks, as in net.core.somaxconn, and a value");
    return of_own(from, [=](TaskPlan& task) { task.own.kernel[name] = value; });
}

}  // namespace

std::vector<Injector> own_injectors() {
    return {{"memory", "a task's memory limit, and how much of it is in use", read_memory},
            {"oom", "the kernel kills a process of the task for its memory", read_oom},
            {"descriptors", "the app's limit of descriptors, and how many it holds", read_descriptors},
            {"app", "where the app listens, and when it is ready", read_app},
            {"pool", "connections of the app that come and go", read_pool},
            {"leak", "connections that the app never closes", read_leak},
            {"file", "a file of the task's image", read_file},
            {"kernel", "a setting of the task's kernel", read_kernel}};
}

}  // namespace plumb::lab
