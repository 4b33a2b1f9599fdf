#include "probes/task/sockets/groups.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace plumb::task {
namespace {

std::string name_of(const std::string& dependency) {
    std::string name = to_lower(sanitize(dependency, 64));
    for (char& c : name) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!plain) c = '-';
    }
    if (name == kOther || name == kInbound) name += '_';
    return name;
}

}  // namespace

Groups::Groups(std::span<const SocketTarget> targets) {
    for (const auto& target : targets)
        names_.push_back(name_of(target.dependency));
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    if (names_.size() > kMaxDependencies) names_.resize(kMaxDependencies);
    names_.emplace_back(kOther);
    names_.emplace_back(kInbound);
    last_ = {other(), inbound()};
    add_routes(targets);
}

std::size_t Groups::group_of(const std::string& name) const {
    const auto last = names_.begin() + static_cast<std::ptrdiff_t>(dependencies());
    const auto found = std::lower_bound(names_.begin(), last, name);
    return found != last && *found == name ? static_cast<std::size_t>(found - names_.begin()) : size();
}

void Groups::add_route(const Endpoint& to, std::size_t group) {
    if (routes_.size() >= kMaxRoutes) return;
    auto& groups = routes_[to];
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
}

void Groups::add_routes(std::span<const SocketTarget> targets) {
    for (const auto& target : targets) {
        const auto group = group_of(name_of(target.dependency));
        if (group == size() || target.port == 0) continue;
        auto& owners = by_port_[target.port];
        if (std::find(owners.begin(), owners.end(), group) == owners.end()) owners.push_back(group);
        for (const auto& address : target.addresses) {
            if (const auto to = parse_endpoint(address, target.port)) add_route(*to, group);
        }
    }
    for (const auto& target : targets) {
        const auto owner = only_owner(target.port);
        if (target.addresses.empty() && !owner.empty())
            add_route({.address = {}, .port = target.port}, group_of(std::string(owner)));
    }
}

std::string_view Groups::only_owner(std::uint16_t port) const {
    const auto found = by_port_.find(port);
    if (found == by_port_.end() || found->second.size() != 1) return {};
    return names_[found->second.front()];
}

std::span<const std::size_t> Groups::of(const Socket& socket,
                                        std::span<const std::uint16_t> inbound_ports) const {
    const std::span last(last_);
    if (std::binary_search(inbound_ports.begin(), inbound_ports.end(), socket.local_port))
        return last.last(1);
    auto route = routes_.find(socket.remote);
    if (route == routes_.end()) route = routes_.find({.address = {}, .port = socket.remote.port});
    return route == routes_.end() ? last.first(1) : std::span(route->second);
}

}  // namespace plumb::task
