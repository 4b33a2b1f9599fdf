// The causes of the resolve and connect layers. Part of the table in model/cause.cpp, in the order of the
// enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kDns[] = {
    {Cause::dns_nxdomain, "dns.nxdomain", Layer::resolve, Category::drift,
     "The resolver answered that this name does not exist.",
     "The name's private hosted zone is not associated with this VPC; or its Cloud Map namespace is not, "
     "else the name has a typing error, or its record was never made in this environment. Bursts of it "
     "between successes come from search domains: with ndots above 1 the resolver tries NAME.search-domain "
     "first.",
     "Associate the hosted zone with the task's VPC, or make the record. For bursts, write the name with a "
     "trailing dot or set ndots:1.",
     "NXDOMAIN EAI_NONAME ENOTFOUND EAI_NODATA ARES_ENOTFOUND"},
    {Cause::dns_no_data, "dns.no_data", Layer::resolve, Category::drift,
     "The name exists, but has no record of the type that was asked for.",
     "Only an A record exists where AAAA was asked for, or the reverse; or the record is an alias to "
     "something that this environment lacks; or a Cloud Map service has no healthy instance registered.",
     "Look at the records of the name in this environment's zone; then register or repair what the name "
     "should point at.",
     "NODATA NOERROR EAI_NODATA ARES_ENODATA"},
    {Cause::dns_servfail, "dns.servfail", Layer::resolve, Category::drift,
     "The resolver answered SERVFAIL: it could not get an answer from the servers responsible for the name.",
     "A resolver rule forwards the domain to a server that is silent; it does not answer from this VPC. Else "
     "DNSSEC validation fails, or the delegation of the zone is broken.",
     "Compare Route 53 Resolver rules and their targets in both VPCs; then test the DNSSEC state and the "
     "delegation of the zone.",
     "SERVFAIL EAI_AGAIN EAI_FAIL ARES_ESERVFAIL"},
    {Cause::dns_refused, "dns.refused", Layer::resolve, Category::drift,
     "The resolver answered, but refuses to serve this client or this name.",
     "The configured resolver allows recursion only for other networks; or a DNS Firewall rule blocks the "
     "name.",
     "Use the VPC's own resolver, or admit this subnet at the server; the VPC's is at the base address plus "
     "two, or 169.254.169.253. Look at the DNS Firewall rule groups of the VPC.",
     "REFUSED ARES_EREFUSED"},
    {Cause::dns_timeout, "dns.timeout", Layer::resolve, Category::drift,
     "No answer came from the resolver before the deadline.",
     "When every name is concerned, the resolver cannot be reached; the VPC's DHCP options have a wrong "
     "address, or port 53 is closed. When it comes and goes under load, the network interface is over its "
     "1,024 DNS packets a second. When one domain is concerned, its forwarder does not answer.",
     "Check the DHCP options, the resolver's address and port 53; it must be open for UDP and TCP. Under "
     "load, watch the interface's linklocal_allowance_exceeded counter and cache answers in the task.",
     "ETIMEOUT ETIMEDOUT EAI_AGAIN ARES_ETIMEOUT"},
    {Cause::dns_unreachable, "dns.unreachable", Layer::resolve, Category::drift,
     "No resolver could be contacted at all.",
     "resolv.conf is empty, or names an address that cannot be reached; it has no route, or nothing listens "
     "on port 53 there; for instance by the DHCP options of another VPC, or because a local DNS sidecar has "
     "not started.",
     "Compare /etc/resolv.conf of the two tasks; then the DHCP options of the two VPCs; make a DNS sidecar a "
     "dependency of the container.",
     "ECONNREFUSED ENETUNREACH EHOSTUNREACH ARES_ECONNREFUSED"},
    {Cause::dns_malformed, "dns.malformed", Layer::resolve, Category::drift,
     "The answer on port 53 was not a valid DNS message, or the resolver rejected the question as malformed.",
     "Something other than a DNS server answers on that port; or a middlebox rewrites or cuts the answers; "
     "or the name itself is not a legal host name.",
     "Check the name for stray characters; then ask the configured resolver directly and see what answers.",
     "FORMERR NOTIMP ARES_EBADRESP ARES_EBADNAME ARES_EFORMERR"},
    {Cause::dns_unexpected, "dns.unexpected", Layer::resolve, Category::drift,
     "The name resolved, but not to what the target expects.",
     "A public address where a private one is expected; the VPC endpoint has private DNS switched off, or "
     "the private hosted zone is missing, so the public zone answers. Else the record points at another "
     "environment.",
     "Enable private DNS on the VPC endpoint; or associate the private hosted zone; then compare the answers "
     "of both environments.",
     "split-horizon privatelink"},
};

inline constexpr CauseInfo kTcp[] = {
    {Cause::tcp_timeout, "tcp.timeout", Layer::connect, Category::drift,
     "No answer to the connection attempt before the deadline: the packets, or their answers, are dropped.",
     "If all tasks fail, a security group does not admit their group; or a route is missing. One subnet "
     "only: its network ACL (return traffic needs the ephemeral ports) or its route table. Public addresses "
     "only: no route to a NAT or internet gateway. Now and then at one public address: the NAT gateway is "
     "out of ports (55,000 connections for each destination). Retransmissions at one listener alone: its "
     "accept queue overflows.",
     "Compare the security-group references of the destination first; then the subnet's network ACL and "
     "route table. For NAT, look at ErrorPortAllocation and add addresses; for a full accept queue, raise "
     "somaxconn and the server's backlog, or its capacity.",
     "ETIMEDOUT timeout SYN security-group nacl"},
    {Cause::tcp_refused, "tcp.refused", Layer::connect, Category::drift,
     "The host answered that nothing accepts connections on this port.",
     "Nothing listens there: the port is wrong, or the process is down; or the port mapping is wrong, the "
     "server is bound to 127.0.0.1 only, or it is not yet up; or the name points at an old address now used "
     "by something else.",
     "Check the target's port and the task definition's port mappings; then whether the server's targets are "
     "healthy and listen on all addresses.",
     "ECONNREFUSED RST"},
    {Cause::tcp_reset, "tcp.reset", Layer::connect, Category::drift,
     "The connection was reset while it was being made.",
     "A firewall or proxy rejects the connection; or the balancer in front of the port has no healthy target "
     "and resets; some servers reset when their accept queue is full (tcp_abort_on_overflow).",
     "Check the health of the balancer's targets; check any network firewall on the path; then the server's "
     "backlog.",
     "ECONNRESET ECONNABORTED"},
    {Cause::tcp_unreachable, "tcp.unreachable", Layer::connect, Category::drift,
     "There is no route to the address, or a device on the way says that it cannot be reached or is "
     "prohibited.",
     "The subnet's route table has no route to the address; it has none by peering, transit gateway or NAT. "
     "Or the name has AAAA records and the subnet has no IPv6 route; or a firewall on the way rejects it; or "
     "the host is gone.",
     "Compare the route tables of the subnets in both environments; look at both ends of a peering, and "
     "whether the name answers with AAAA records.",
     "EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN EAFNOSUPPORT no-route-to-host admin-prohibited"},
    {Cause::tcp_no_local_address, "tcp.no_local_address", Layer::connect, Category::exhaustion,
     "The kernel has no local address and port left for this destination.",
     "The task uses up the ephemeral ports towards one address; it opens and closes so many connections that "
     "all are in use or in TIME_WAIT; there is no connection pool, or no keepalive.",
     "Reuse connections: a pool and HTTP keepalive. Then look at the counts of TIME_WAIT and the range "
     "net.ipv4.ip_local_port_range.",
     "EADDRNOTAVAIL EADDRINUSE ephemeral-ports"},
    {Cause::tcp_not_permitted, "tcp.not_permitted", Layer::connect, Category::drift,
     "The task's own kernel forbids this connection: no packet was sent.",
     "A local firewall rule or a seccomp or AppArmor profile denies it; or a prohibiting route or a "
     "service-mesh rule of the container instance does.",
     "Compare the container instances; look at their iptables or nftables OUTPUT rules, the security options "
     "of the task definition and the mesh's egress policy.",
     "EPERM EACCES"},
    {Cause::tcp_failed, "tcp.failed", Layer::connect, Category::drift,
     "Connecting failed for a reason that has no code of its own; the kernel's words are in the detail.",
     "An unusual state of the network or the kernel.",
     "Read the detail, and repeat with `plumb-agent check --verbose`; do so in a task of each environment.",
     "errno"},
};

}  // namespace plumb::causes
