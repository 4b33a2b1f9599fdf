#include "probes/net/facts.hpp"

namespace plumb::net {

const Catalog& dial_catalog() {
    static const Catalog catalog{
        .phases = {{phase::resolve, "the host's name to addresses; no time to speak of for an address"},
                   {phase::connect, "TCP: the first address tried to one that connects"}},
        .causes = {Cause::dns_nxdomain, Cause::dns_no_data, Cause::dns_servfail, Cause::dns_refused,
                   Cause::dns_timeout, Cause::dns_unreachable, Cause::dns_malformed, Cause::tcp_timeout,
                   Cause::tcp_refused, Cause::tcp_reset, Cause::tcp_unreachable, Cause::tcp_no_local_address,
                   Cause::tcp_not_permitted, Cause::tcp_failed},
        .facts = {facts::kDnsScope, facts::kDnsAnswers, facts::kDnsCnames, facts::kDnsTtl,
                  facts::kDnsResolver, facts::kTcpFamily, facts::kTcpMss, facts::kTcpPathMtu,
                  facts::kTcpWindowScaling},
        .gauges = {},
    };
    return catalog;
}

const Catalog& tls_catalog() {
    static const Catalog catalog{
        .phases = {{phase::handshake, "TLS: the first message to a verified peer"}},
        .causes = {Cause::tls_timeout, Cause::tls_not_tls, Cause::tls_expired, Cause::tls_not_yet_valid,
                   Cause::tls_unknown_authority, Cause::tls_self_signed, Cause::tls_name_mismatch,
                   Cause::tls_revoked, Cause::tls_certificate_required, Cause::tls_protocol_version,
                   Cause::tls_handshake_failure, Cause::tls_unrecognized_name, Cause::tls_verify_failed,
                   Cause::peer_closed, Cause::peer_reset, Cause::tcp_timeout, Cause::tcp_unreachable,
                   Cause::tcp_failed, Cause::local_trust_store},
        .facts = {facts::kTlsVersion,      facts::kTlsCipher,
                  facts::kTlsGroup,        facts::kTlsSni,
                  facts::kTlsAlpn,         facts::kTlsIssuer,
                  facts::kTlsSubject,      facts::kTlsKey,
                  facts::kTlsSignature,    facts::kTlsDaysLeft,
                  facts::kTlsSanMatch,     facts::kTlsVerify,
                  facts::kTlsOcsp,         facts::kTlsClientCertificate,
                  facts::kTlsTrustStore,   facts::kTlsChainLength,
                  facts::kTlsChainSubject, facts::kTlsChainIssuer,
                  facts::kTlsChainKey,     facts::kTlsChainSignature,
                  facts::kTlsChainDaysLeft},
        .gauges = {},
    };
    return catalog;
}

const Catalog& exchange_catalog() {
    static const Catalog catalog{
        .phases = {},
        .causes = {Cause::peer_timeout, Cause::peer_closed, Cause::peer_reset, Cause::peer_garbage,
                   Cause::peer_too_large, Cause::peer_unexpected, Cause::tcp_timeout, Cause::tcp_unreachable,
                   Cause::tcp_failed},
        .facts = {},
        .gauges = {},
    };
    return catalog;
}

}  // namespace plumb::net
