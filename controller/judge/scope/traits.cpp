#include "controller/judge/scope/traits.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace plumb::judge {
namespace {

constexpr std::string_view kAddressScope = "dns.scope";

std::string_view value_of_fact(const DependencyEvidence& evidence, std::string_view name) {
    for (const FactEvidence& fact : evidence.facts) {
        if (fact.name == name && !fact.values.empty()) return fact.latest();
    }
    return {};
}

std::string most_seen(const std::vector<Member>& members) {
    std::map<std::string, std::size_t> seen;
    for (const Member& member : members) {
        const auto value = value_of_fact(*member.evidence, kAddressScope);
        if (!value.empty()) ++seen[std::string(value)];
    }
    const auto most = std::max_element(seen.begin(), seen.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == seen.end() ? std::string() : most->first;
}

// Of "10.1.2.3:5432" or "[2001:db8::1]:443".
std::string without_port(std::string_view address) {
    return std::string(address.substr(0, address.rfind(':')));
}

// "10.1" of an IPv4 address; of others nothing.
std::string network_of(std::string_view address) {
    const auto parts = split(address, '.');
    if (parts.size() != 4 || address.find(':') != std::string_view::npos) return {};
    return std::string(parts[0]) + "." + std::string(parts[1]);
}

std::string value_of(const DependencyView& dependency, Trait trait) {
    if (trait == Trait::reach) return reach_of(dependency);
    std::set<std::string> values;
    for (const Member& member : dependency.candidate) {
        for (const AddressEvidence& each : member.evidence->addresses) {
            const std::string address = without_port(each.address);
            values.insert(trait == Trait::address ? address : network_of(address));
            if (values.size() > 1) return {};
        }
    }
    return values.empty() ? std::string() : *values.begin();
}

}  // namespace

std::string reach_of(const DependencyView& dependency) {
    const std::string seen = most_seen(dependency.candidate);
    return seen.empty() ? most_seen(dependency.baseline) : seen;
}

Traits traits_of(const View& view, Trait trait) {
    Traits traits;
    for (const DependencyView& dependency : view.dependencies) {
        std::string value = value_of(dependency, trait);
        if (!value.empty()) traits.emplace(dependency.name, std::move(value));
    }
    return traits;
}

std::optional<std::string> shared_only(const Traits& traits, const std::set<std::string>& some,
                                       const std::set<std::string>& all) {
    std::optional<std::string> shared;
    for (const std::string& name : some) {
        const auto found = traits.find(name);
        if (found == traits.end() || (shared && *shared != found->second)) return std::nullopt;
        shared = found->second;
    }
    bool others = false;
    for (const std::string& name : all) {
        if (some.contains(name)) continue;
        const auto found = traits.find(name);
        if (found == traits.end()) continue;
        if (found->second == shared) return std::nullopt;
        others = true;
    }
    return others ? shared : std::nullopt;
}

}  // namespace plumb::judge
