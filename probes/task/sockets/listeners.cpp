#include "probes/task/sockets/listeners.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::task {
namespace {

bool is_full(const Listener& listener) {
    return listener.backlog && listener.queue > *listener.backlog;
}

double fullness(const Listener& listener) {
    return listener.queue / static_cast<double>(std::max(listener.backlog.value_or(0), 1U));
}

}  // namespace

std::vector<Listener> fullest_listeners(std::span<const Listener> listeners) {
    std::vector<Listener> shown(listeners.begin(), listeners.end());
    std::sort(shown.begin(), shown.end(), [](const Listener& a, const Listener& b) {
        return a.port != b.port ? a.port < b.port : fullness(a) > fullness(b);
    });
    const auto same_port = [](const Listener& a, const Listener& b) { return a.port == b.port; };
    shown.erase(std::unique(shown.begin(), shown.end(), same_port), shown.end());
    std::stable_sort(shown.begin(), shown.end(),
                     [](const Listener& a, const Listener& b) { return fullness(a) > fullness(b); });
    if (shown.size() > kMaxShownListeners) shown.resize(kMaxShownListeners);
    return shown;
}

std::string listening_ports(std::span<const Listener> listeners) {
    std::vector<std::uint16_t> ports;
    for (const Listener& listener : listeners)
        ports.push_back(listener.port);
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    const bool cut = ports.size() > kMaxShownPorts;
    if (cut) ports.resize(kMaxShownPorts);
    return fmt::format("{}{}", fmt::join(ports, ", "), cut ? ", …" : "");
}

std::optional<std::string> BacklogWatch::look(std::span<const Listener> listeners) {
    std::vector<std::uint64_t> full;
    const Listener* worst = nullptr;
    for (const Listener& listener : listeners) {
        if (!is_full(listener)) continue;
        full.push_back(listener.inode);
        const bool again = std::find(full_.begin(), full_.end(), listener.inode) != full_.end();
        if (again && (worst == nullptr || listener.queue > worst->queue)) worst = &listener;
    }
    full_ = std::move(full);
    if (worst == nullptr) return std::nullopt;
    return fmt::format("{}: {} connection{} wait{}, and its backlog is {}", to_text(worst->local),
                       worst->queue, worst->queue == 1 ? "" : "s", worst->queue == 1 ? "s" : "",
                       *worst->backlog);
}

}  // namespace plumb::task
