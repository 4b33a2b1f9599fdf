// The words of a failure that its cause alone does not tell: whom it hits, and where the address lies. The
// table is the one of docs/judge.md.
#include "controller/judge/failures/failures.hpp"
#include "controller/judge/scope/traits.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace plumb::judge {
namespace {

struct Words {
    std::string_view reason;
    std::string_view action;
};

constexpr Words kOnePart{
    "Only one part of the network is affected, which a security group would not do: the network "
    "ACL or the route table of that subnet drops the traffic, or the answers on ephemeral ports.",
    "Compare network ACL (both directions, ephemeral ports 1024-65535) and route table of this "
    "subnet with those of a subnet that works."};
constexpr Words kOnePartPublic{
    "Only one part of the network is affected, and the address is public: the route table of that subnet has "
    "no "
    "route to a NAT gateway, the NAT gateway of that zone is gone, or the network ACL drops the answers on "
    "ephemeral ports.",
    "Compare the default route, the NAT gateway and the network ACL (ephemeral ports 1024-65535) of this "
    "subnet "
    "with those of a subnet that works."};
constexpr Words kPublicOnly{
    "A public address does not answer any task: the subnets have no route to a NAT or internet gateway, or "
    "the "
    "tasks lack a public address where the internet gateway needs one.",
    "Look for the default route to a NAT gateway in the route table of the private subnets, then at the "
    "security group's outbound rules."};
constexpr Words kOnePeer{
    "Other public addresses answer, so the way out is open: the peer's allow list does not know the address "
    "of "
    "this environment's NAT gateway, or this peer alone is blocked or down.",
    "Have the NAT gateway's public address put on the peer's allow list; compare the outbound rules for its "
    "port."};
constexpr Words kNatPorts{
    "Connecting to one public address fails now and then: the NAT gateway is out of ports for it (55,000 "
    "connections for each destination).",
    "Look at the NAT gateway's ErrorPortAllocation; add addresses or gateways, and reuse connections."};
constexpr Words kOneHost{
    "Only the tasks of one host are affected: the instance itself (its security groups, its network "
    "interface "
    "or its table of tracked connections), not the dependency.",
    "Drain the instance and replace it; compare its security groups and subnet with those of a host that "
    "works."};
constexpr Words kOneRevision{
    "Only one revision is affected: its task definition or service runs with other security groups or "
    "subnets, "
    "or holds another address.",
    "Compare security groups, subnets and the target's address of this revision with those of one that "
    "works."};

constexpr Words kNoSuchName{
    "Every run is told that the name does not exist: the private hosted zone (or Cloud Map namespace) is not "
    "associated with this VPC, or the record was never made in this environment.",
    "Associate the hosted zone with the task's VPC, or make the record."};
constexpr Words kNameInBursts{
    "The name does not exist now and then and resolves in between: with ndots above 1 the resolver tries the "
    "search domains first, or one of several resolvers does not know the zone.",
    "Write the name with a trailing dot or set ndots:1; then ask each resolver in resolv.conf by itself."};
constexpr Words kResolverSilent{
    "No run gets an answer: the resolver cannot be reached (a wrong address in the VPC's DHCP options, or "
    "port "
    "53 closed), or the forwarder of this one domain does not answer.",
    "Check the DHCP options, the resolver's address, and that UDP and TCP port 53 are open; where other "
    "names "
    "resolve, the forwarding rule of this domain."};
constexpr Words kResolverAtLimit{
    "Answers stay away now and then: under load the network interface is over its 1,024 DNS packets a "
    "second, "
    "or one of several resolvers does not answer.",
    "Watch the interface's linklocal_allowance_exceeded counter, and cache answers in the task."};

bool is_public(const DependencyView& dependency) {
    return reach_of(dependency) == "public";
}

// Another public address to which the tasks of the scope connect.
bool another_answers(const PhaseQuestion& question, const Labels& scope) {
    const auto& all = question.view->dependencies;
    return std::any_of(all.begin(), all.end(), [&](const DependencyView& other) {
        if (other.name == question.dependency->name || !is_public(other)) return false;
        return std::any_of(other.candidate.begin(), other.candidate.end(), [&](const Member& member) {
            return lies_in(*member.task, scope) && member.evidence->succeeded > 0;
        });
    });
}

const Words* connect_words(const PhaseQuestion& question, double share, const Labels& scope) {
    const bool outside = is_public(*question.dependency);
    if (outside && share < question.view->thresholds().hard_fault_share) return &kNatPorts;
    if (scope.contains("host")) return &kOneHost;
    if (scope.contains("subnet") || scope.contains("zone")) return outside ? &kOnePartPublic : &kOnePart;
    if (scope.contains("revision") || scope.contains("image")) return &kOneRevision;
    if (outside) return another_answers(question, scope) ? &kOnePeer : &kPublicOnly;
    return nullptr;
}

const Words* words_for(const PhaseQuestion& question, double share, const Finding& finding) {
    const bool hard = share >= question.view->thresholds().hard_fault_share;
    if (finding.cause == "tcp.timeout") return connect_words(question, share, finding.scope);
    if (finding.cause == "dns.nxdomain") return hard ? &kNoSuchName : &kNameInBursts;
    if (finding.cause == "dns.timeout") return hard ? &kResolverSilent : &kResolverAtLimit;
    return nullptr;
}

// Two revisions side by side are two cohorts: what only one of them has came with it.
void tell_rollout(const PhaseQuestion& question, Finding& finding) {
    const auto revision = finding.scope.find("revision");
    if (revision == finding.scope.end()) return;
    std::set<std::string> others;
    for (const Member& member : question.dependency->candidate) {
        const std::string& own = label_of(member.task->labels, "revision");
        if (!own.empty() && !lies_in(*member.task, Labels{*revision})) others.insert(own);
    }
    if (others.empty()) return;
    finding.reason += " Only revision " + revision->second + " has it; revision " +
                      joined({others.begin(), others.end()}) + " of the same environment has not.";
    finding.action += " Stop the rollout, or roll back.";
}

}  // namespace

void word_by_scope(const PhaseQuestion& question, double share, Finding& finding) {
    if (const Words* words = words_for(question, share, finding)) {
        finding.reason = words->reason;
        finding.action = words->action;
    }
    tell_rollout(question, finding);
}

}  // namespace plumb::judge
