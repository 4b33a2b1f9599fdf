// Faults of names: what the resolver of an environment answers.
#include "base/text.hpp"
#include "tests/lab/net/injectors.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <iterator>

#include <fmt/format.h>

namespace plumb::lab {
namespace {

// A server stands for its name.
std::string full_name(const std::string& name) {
    const auto& servers = server_names();
    return std::find(servers.begin(), servers.end(), name) == servers.end() ? name : host_of(name);
}

bool is_address(const std::string& text) {
    in6_addr parsed{};
    return ::inet_pton(AF_INET, text.c_str(), &parsed) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

void check_answer(const yaml::Reader& from, const NamePlan& wanted) {
    const bool leads_somewhere = wanted.aliases > 0 || !wanted.addresses.empty();
    if (wanted.answer.empty() != leads_somewhere)
        from.complain("dns has either an answer, or addresses and aliases");
    for (const auto& address : wanted.addresses) {
        if (!is_address(address))
            from.get("addresses")
                ->complain(fmt::format("{} is no address, as in 10.2.0.60", quote_words(address)));
    }
}

Effect read_dns(const yaml::Reader& from) {
    from.expect_keys({"name", "answer", "addresses", "aliases"});
    NamePlan wanted;
    if (from.get("answer"))
        wanted.answer = one_of(from, "answer", {"nxdomain", "no_data", "servfail", "refused", "silent"});
    wanted.addresses = list(from, "addresses");
    wanted.aliases = static_cast<int>(from.get("aliases") ? option(from, "aliases", 1, 8) : 0);
    check_answer(from, wanted);
    const auto names = list(from, "name");
    if (names.empty()) from.complain("dns needs a name, or a list of names");
    Effect effect;
    effect.kinds = {ServerKind::dnsmasq};
    std::transform(names.begin(), names.end(), std::back_inserter(effect.names), full_name);
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
