// The facts that every probe has from the floor it stands on, each declared once, and the two parts of a
// kind's catalog: what dial() and what start_tls() may add to an outcome.
#pragma once

#include "probes/probe.hpp"

namespace plumb::net {

namespace facts {

using enum FactClass;

inline constexpr FactInfo kDnsScope{"dns.scope", must_match,
                                    "where the addresses lie: private, public, loopback or mixed"};
// A balancer grows and shrinks with its load, and its name with it: another count alone stops no release.
inline constexpr FactInfo kDnsAnswers{"dns.answers", ordered, "how many addresses the name has"};
inline constexpr FactInfo kDnsCnames{"dns.cnames", must_match, "length of the chain of aliases"};
inline constexpr FactInfo kDnsTtl{"dns.ttl", informational, "how long the answer may be kept, as a range"};
inline constexpr FactInfo kDnsResolver{"dns.resolver", informational, "the name servers that are asked"};

// What a path carries differs between two networks (loopback, jumbo frames, a tunnel): told, but nobody is
// stopped.
inline constexpr FactInfo kTcpMss{"tcp.mss", ordered, "bytes that one segment to the peer may carry"};
inline constexpr FactInfo kTcpPathMtu{"tcp.path_mtu", ordered, "bytes that one packet to the peer may have"};
inline constexpr FactInfo kTcpWindowScaling{
    "tcp.window_scaling", ordered,
    "whether both sides allow windows over 64 KiB; what is on the way may forbid it"};
inline constexpr FactInfo kTcpFamily{"tcp.family", informational, "IPv4 or IPv6, as connected"};

inline constexpr FactInfo kTlsVersion{"tls.version", must_match, "protocol version agreed on"};
inline constexpr FactInfo kTlsCipher{"tls.cipher", informational, "cipher suite agreed on"};
inline constexpr FactInfo kTlsGroup{
    "tls.group", informational,
    "key exchange agreed on: X25519, P-256, DH 2048; none where RSA carried the key"};
inline constexpr FactInfo kTlsSni{"tls.sni", informational,
                                  "server name that was asked for; none for an address"};
inline constexpr FactInfo kTlsAlpn{"tls.alpn", must_match, "application protocol agreed on"};
inline constexpr FactInfo kTlsIssuer{"tls.issuer", must_match, "issuer of the server's certificate"};
inline constexpr FactInfo kTlsSubject{"tls.subject", informational, "subject of the server's certificate"};
// Another authority's certificate (which tls.issuer tells) often has another key; a client that cannot use it
// fails.
inline constexpr FactInfo kTlsKey{"tls.key", informational,
                                  "type and size of the server's key: RSA 2048, EC P-256"};
inline constexpr FactInfo kTlsSignature{"tls.signature", informational,
                                        "algorithm that signed the server's certificate"};
inline constexpr FactInfo kTlsDaysLeft{"tls.days_left", ordered, "whole days until the certificate expires"};
inline constexpr FactInfo kTlsSanMatch{"tls.san_match", must_match,
                                       "whether the certificate is for the name that was asked"};
// Judged only where a bad certificate is no failure; else the failure says it.
inline constexpr FactInfo kTlsVerify{"tls.verify", informational,
                                     "result of verifying the certificate, also when it is not demanded"};
inline constexpr FactInfo kTlsVerifyJudged{"tls.verify", must_match, kTlsVerify.meaning};
inline constexpr FactInfo kTlsChainLength{"tls.chain_length", must_match,
                                          "certificates that the server sent"};
// The authority's choice, and renewed at its pace: of the chain only its length and the server's own
// certificate are compared.
inline constexpr FactInfo kTlsChainSubject{"tls.chain.N.subject", informational,
                                           "subject of certificate N of those sent; 0 is the server's own"};
inline constexpr FactInfo kTlsChainIssuer{"tls.chain.N.issuer", informational, "its issuer"};
inline constexpr FactInfo kTlsChainKey{"tls.chain.N.key", informational, "type and size of its key"};
inline constexpr FactInfo kTlsChainSignature{"tls.chain.N.signature", informational,
                                             "algorithm that signed it"};
inline constexpr FactInfo kTlsChainDaysLeft{"tls.chain.N.days_left", informational,
                                            "whole days until it expires"};
// A server fetches its staple when it is asked for the first time, so an idle one has none; and a revoked
// certificate is a failure.
inline constexpr FactInfo kTlsOcsp{
    "tls.ocsp", informational,
    "the stapled answer of the authority: none, good, revoked, unknown, expired, "
    "mismatched (another certificate's), unverified or malformed"};
inline constexpr FactInfo kTlsClientCertificate{"tls.client_certificate", must_match,
                                                "whether the server asks for ours: not asked, asked or sent"};
// Behind a balancer it hangs on which of its nodes answers.
inline constexpr FactInfo kTlsResumption{
    "tls.resumption", informational,
    "whether a second connection resumed the first one's session: yes, no, or "
    "failed with its cause"};
inline constexpr FactInfo kTlsTrustStore{"tls.trust_store", informational,
                                         "file of the authorities that were trusted"};

}  // namespace facts

const Catalog& dial_catalog();
const Catalog& tls_catalog();
// peer.*: what may befall any exchange on a connected stream.
const Catalog& exchange_catalog();

}  // namespace plumb::net
