#include "controller/judge/answer/root_words.hpp"

#include "controller/judge/policy/policy_rules.hpp"
#include "controller/judge/scope/cuts.hpp"
#include "controller/judge/scope/scope.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace plumb::judge {
namespace {

struct Words {
    std::string reason;
    std::string action;
};

std::string there(const Finding& finding) {
    std::string out;
    for (const auto& [label, value] : shortened(finding.scope))
        out += (out.empty() ? " in " : ", ") + label + " " + value;
    return out;
}

Words resolver_words(const Finding& finding, bool slow) {
    if (finding.cause == "dns.nxdomain" || finding.cause == "dns.no_data") {
        return {
            "So the names are not wrong one by one: the private hosted zone that holds them is not "
            "associated "
            "with this VPC, or the tasks ask another resolver.",
            "Associate the hosted zone with the tasks' VPC; compare the DHCP options and the resolver's "
            "address."};
    }
    return {
        slow ? "So it is the resolver or the way to it that is slow, not the names: another resolver, a "
               "forwarding rule, or more than 1,024 packets a second from one network interface."
             : "So it is the resolver or the way to it, not the names: another resolver's address, port 53 "
               "closed, or more than 1,024 packets a second from one network interface.",
        "Ask the resolver from a task; compare the DHCP options, the resolver rules and the rules for port "
        "53 "
        "(UDP and TCP); look at linklocal_allowance_exceeded."};
}

Words place_words(const Finding& finding, bool slow) {
    if (finding.scope.contains("host")) {
        return {
            "So it is the host, not the dependencies: the instance's security groups, network interface, "
            "load "
            "or connection tracking.",
            "Drain the instance and replace it; compare its network settings with those of a host that "
            "works."};
    }
    if (finding.scope.contains("zone") || finding.scope.contains("subnet")) {
        return {
            slow ? "So it is the path out of that part of the network, not the dependencies: they or a NAT "
                   "gateway stand in another zone, or packets are lost on the way."
                 : "So it is the network there, not the dependencies: the network ACL or the route table of "
                   "that subnet, or its NAT gateway; a security group would hit all.",
            "Compare network ACL (ephemeral ports 1024-65535), route table and NAT gateway of this subnet "
            "with "
            "those of one that works."};
    }
    return {
        slow
            ? "So it is the tasks' way out, not the dependencies: another region or zone, a NAT gateway, a "
              "proxy, or lost packets."
            : "So it is the tasks' way out, not the dependencies: their security group's outbound rules, the "
              "route table of their subnets, or a proxy.",
        "Compare the tasks' security groups (outbound), route tables and zones with those of an environment "
        "that works."};
}

Words words_of(Shared shared, const std::string& value, const Finding& finding) {
    const bool slow = subject_matches("latency", finding.subject);
    switch (shared) {
        case Shared::resolver:
            return resolver_words(finding, slow);
        case Shared::path:
        case Shared::place:
            return place_words(finding, slow);
        case Shared::reach:
            if (finding.layer == Layer::resolve) return resolver_words(finding, slow);
            if (value == "public") {
                return {
                    "They alone are public, so it is the way to the internet: no route to a NAT or internet "
                    "gateway, or a gateway that is gone or overloaded.",
                    "Look for the default route to a NAT gateway in the route table of the private subnets, "
                    "and at "
                    "the gateway's ErrorPortAllocation."};
            }
            return {
                fmt::format("They alone are {}, so it is the way inside: a peering, a transit gateway or the "
                            "security groups of the VPC.",
                            value),
                "Compare the routes of peerings and transit gateways, and the security-group references."};
        case Shared::network:
            return {
                fmt::format("They alone lie in the network {}.0.0/16, so it is the way there: a peering, a "
                            "transit gateway, a VPN or its network ACL.",
                            value),
                "Compare both ends of the peering or transit gateway, and the routes to this network."};
        case Shared::address:
            break;
    }
    return {
        fmt::format("They alone are reached at {}, so it is that endpoint: a proxy, a balancer or a server "
                    "that they share.",
                    value),
        "Look at the proxy, balancer or server behind that address, and at its security group."};
}

}  // namespace

std::string_view to_string(Shared shared) {
    switch (shared) {
        case Shared::resolver:
            return "resolver";
        case Shared::path:
            return "path";
        case Shared::place:
            return "place";
        case Shared::reach:
            return "reach";
        case Shared::network:
            return "network";
        case Shared::address:
            break;
    }
    return "address";
}

void tell_root(Shared shared, const std::string& value, const std::set<std::string>& dependencies,
               Finding& finding) {
    const Words words = words_of(shared, value, finding);
    finding.reason =
        fmt::format("{} dependencies ({}) show the same{}. {}", dependencies.size(),
                    joined({dependencies.begin(), dependencies.end()}), there(finding), words.reason);
    finding.action = words.action;
    finding.evidence["dependencies"] = boost::json::array(dependencies.begin(), dependencies.end());
    finding.evidence["shared"] = to_string(shared);
    if (!value.empty()) finding.evidence["shared_value"] = value;
}

}  // namespace plumb::judge
