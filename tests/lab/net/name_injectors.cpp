// Faults of names: what the resolver of an environment answers.
#include "tests/lab/net/injectors.hpp"

#include <algorithm>

namespace plumb::lab {
namespace {

// A server stands for its name.
std::string full_name(const std::string& name) {
    const auto& servers = server_names();
    return std::find(servers.begin(), servers.end(), name) == servers.end() ? name : host_of(name);
}

Effect read_dns(const yaml::Reader& from) {
    from.expect_keys({"name", "answer", "addresses", "aliases"});
    NamePlan wanted;
    if (from.get("answer"))
        wanted.answer = one_of(from, "answer", {"nxdomain", "no_data", "servfail", "refused", "silent"});
    wanted.addresses = list(from, "addresses");
    wanted.aliases = static_cast<int>(from.get("aliases") ? option(from, "aliases", 1, 8) : 0);
    const auto names = list(from, "name");
    if (names.empty()) from.complain("dns needs a name, or a list of names");
    Effect effect;
    effect.kinds = {ServerKind::dnsmasq};
    effect.plan = [=](EnvironmentPlan& plan) {
        for (const auto& name : names) {
            auto& answers = plan.names[full_name(name)];
            answers.answer = wanted.answer;
            answers.aliases = wanted.aliases;
            if (!wanted.addresses.empty()) answers.addresses = wanted.addresses;
        }
    };
    return effect;
}

}  // namespace

std::vector<Injector> name_injectors() {
    return {{"dns", "what the resolver answers for a name", read_dns}};
}

}  // namespace plumb::lab
