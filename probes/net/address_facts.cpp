#include "probes/net/address_facts.hpp"

#include "probes/net/facts.hpp"

#include <string>

namespace plumb::net {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

bool in(const address_v4& host, const char* network, int bits) {
    const auto mask = ~std::uint32_t{0} << (32 - bits);
    return (host.to_uint() & mask) == boost::asio::ip::make_address_v4(network).to_uint();
}

std::string_view scope_of_v4(const address_v4& host) {
    if (in(host, "127.0.0.0", 8)) return "loopback";
    const bool local = in(host, "10.0.0.0", 8) || in(host, "172.16.0.0", 12) || in(host, "192.168.0.0", 16) ||
                       in(host, "100.64.0.0", 10) || in(host, "169.254.0.0", 16);
    return local ? "private" : "public";
}

std::string_view scope_of_v6(const address_v6& host) {
    if (host.is_v4_mapped())
        return scope_of_v4(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, host));
    if (host.is_loopback()) return "loopback";
    const bool unique_local = (host.to_bytes()[0] & 0xfe) == 0xfc;
    return unique_local || host.is_link_local() ? "private" : "public";
}

}  // namespace

std::string_view scope_of(const std::vector<address>& addresses) {
    std::string_view scope = "none";
    for (const auto& each : addresses) {
        const auto own = each.is_v4() ? scope_of_v4(each.to_v4()) : scope_of_v6(each.to_v6());
        if (scope == "none") scope = own;
        if (scope != own) return "mixed";
    }
    return scope;
}

std::string_view ttl_bucket(std::uint32_t seconds) {
    if (seconds == 0) return "0";
    if (seconds <= 60) return "1-60 s";
    if (seconds <= 300) return "1-5 min";
    if (seconds <= 3600) return "5-60 min";
    return "over 1 h";
}

std::string address_words(const Answer& answer) {
    std::string words;
    for (const auto& each : answer.addresses)
        words += (words.empty() ? "" : ", ") + each.to_string();
    for (const auto& name : answer.canonical_names)
        words += " by " + name;
    return words + ", kept for " + std::to_string(answer.ttl) + " s";
}

void add_address_facts(Outcome& outcome, const Answer& answer) {
    outcome.fact(facts::kDnsScope, scope_of(answer.addresses));
    if (answer.literal) return;
    outcome.fact(facts::kDnsAnswers, std::to_string(answer.addresses.size()));
    outcome.fact(facts::kDnsCnames, std::to_string(answer.canonical_names.size()));
    outcome.fact(facts::kDnsTtl, ttl_bucket(answer.ttl));
}

void add_resolver_fact(Outcome& outcome, const Resolver& resolver) {
    std::string all;
    for (const auto& server : resolver.servers())
        all += (all.empty() ? "" : ", ") + server;
    outcome.fact(facts::kDnsResolver, all);
}

}  // namespace plumb::net
