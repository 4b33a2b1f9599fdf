// The causes of the handshake layer. Part of the table in model/cause.cpp, in the order of the enum.
#pragma once

#include "model/cause.hpp"

namespace plumb::causes {

inline constexpr CauseInfo kTls[] = {
    // Saturation: the kernel at the other end accepted the connection, and the program behind it did not take
    // it up.
    {Cause::tls_timeout, "tls.timeout", Layer::handshake, Category::saturation,
     "The connection was made, but the TLS handshake did not end before the deadline.",
     "The server is too busy to empty its accept queue, or to sign; else the port does not speak TLS and "
     "waits for the client; else large packets are lost on the way (an MTU that differs behind a VPN or "
     "transit gateway), which strikes when the certificate is sent.",
     "Look at the server's CPU and accept queue; check that the port is the TLS port; compare the path MTU "
     "(8,500 through a transit gateway, 9,001 inside the VPC).",
     "ETIMEDOUT handshake-timeout MTU"},
    {Cause::tls_not_tls, "tls.not_tls", Layer::handshake, Category::drift,
     "What answers on this port does not speak TLS.",
     "The URL asks for TLS on a plaintext port; or TLS (in-transit encryption) is switched off in this "
     "environment; or a balancer listener is HTTP or TCP where the other is HTTPS or TLS.",
     "Compare the listener's protocol in both environments; then their setting for encryption in transit, "
     "and the port in the URL.",
     "WRONG_VERSION_NUMBER HTTP_REQUEST PACKET_LENGTH_TOO_LONG wrong-version-number"},
    {Cause::tls_refused, "tls.refused", Layer::handshake, Category::drift,
     "The server speaks its protocol, but declined to upgrade the connection to TLS.",
     "PostgreSQL was started with ssl = off; or a mail or directory server has no certificate; or the "
     "connection goes through a pooler or proxy without one.",
     "Switch TLS on at the server or the pooler; for RDS, see rds.force_ssl and the parameter group; lower "
     "sslmode only if plaintext is really meant.",
     "sslmode ssl-off SSLRequest"},
    {Cause::tls_expired, "tls.expired", Layer::handshake, Category::drift,
     "A certificate in the server's chain has expired.",
     "The certificate was not renewed, or not loaded after its renewal; the running server then shows the "
     "old one; rarely the clock of the task is ahead.",
     "Renew the certificate and reload the server; compare the dates in the facts with the clock of the "
     "task.",
     "CERT_HAS_EXPIRED certificate-expired notAfter"},
    {Cause::tls_not_yet_valid, "tls.not_yet_valid", Layer::handshake, Category::drift,
     "A certificate in the server's chain is not valid yet.",
     "The clock of the task is behind; or the certificate was issued for a later date.",
     "Check the clock (the Amazon Time Sync Service at 169.254.169.123); then the certificate's first valid "
     "day.",
     "CERT_NOT_YET_VALID notBefore clock"},
    {Cause::tls_unknown_authority, "tls.unknown_authority", Layer::handshake, Category::drift,
     "The server's certificate was issued by an authority that this task does not trust.",
     "The CA bundle is old, or lacks this environment's private CA; the image may also have no bundle at "
     "all; or the server does not send its intermediate certificate.",
     "Update the CA bundle in the image, or mount the private CA; for RDS it is the region's global bundle. "
     "See in the facts which trust store served and who the issuer is.",
     "UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE unknown_ca unknown-ca "
     "SELF_SIGNED_CERT_IN_CHAIN x509"},
    {Cause::tls_self_signed, "tls.self_signed", Layer::handshake, Category::drift,
     "The server shows a self-signed certificate that this task does not trust.",
     "A default certificate of the server or proxy is still in place; or the environment uses a private root "
     "that is not mounted here; or something on the path intercepts TLS.",
     "Install the intended certificate at the server; or give the private root with `ca=`; compare the "
     "issuers in the facts.",
     "DEPTH_ZERO_SELF_SIGNED_CERT self-signed"},
    {Cause::tls_name_mismatch, "tls.name_mismatch", Layer::handshake, Category::drift,
     "The certificate is valid, but for another name than the one that was asked for.",
     "The target uses an alias, an address or an internal name; the certificate does not list it. Or the "
     "balancer serves its default certificate because no certificate matches the SNI name.",
     "Use a name that stands on the certificate, or add the name to it; add it to the listener's certificate "
     "list, too.",
     "HOSTNAME_MISMATCH IP_ADDRESS_MISMATCH SAN SNI wrong-host"},
    {Cause::tls_revoked, "tls.revoked", Layer::handshake, Category::drift,
     "A certificate in the chain has been revoked by its authority.",
     "This server still shows the old certificate; its key was reported as compromised, or it was replaced.",
     "Install the replacement and reload the server.", "CERT_REVOKED certificate_revoked"},
    {Cause::tls_certificate_required, "tls.certificate_required", Layer::handshake, Category::drift,
     "The server demands a client certificate, and none (or none that it accepts) was given.",
     "Mutual TLS is on in this environment; the client certificate and key are not mounted, have expired, or "
     "come from a CA that the server does not trust.",
     "Mount the client certificate and key of this environment; compare the listener's mutual TLS setting "
     "and trust store.",
     "CERTIFICATE_REQUIRED certificate_required bad_certificate mTLS client-certificate"},
    {Cause::tls_protocol_version, "tls.protocol_version", Layer::handshake, Category::drift,
     "Client and server have no TLS version in common.",
     "The server was hardened to a newer TLS version than the image has; the image's library does not offer "
     "it. Or the server is old and the image refuses versions before TLS 1.2.",
     "Align the security policy of the listener in both environments; or update the image's TLS library.",
     "PROTOCOL_VERSION UNSUPPORTED_PROTOCOL protocol_version TLSv1"},
    {Cause::tls_handshake_failure, "tls.handshake_failure", Layer::handshake, Category::drift,
     "The peer ended the handshake with an alert: the two could not agree.",
     "The TLS policies differ and have no cipher in common; or no key exchange or signature algorithm. Some "
     "servers also answer so to an unknown SNI name or a missing client certificate.",
     "Compare the security policies of the listeners; then the cipher and version that the other "
     "environment's facts show.",
     "HANDSHAKE_FAILURE SSLV3_ALERT_HANDSHAKE_FAILURE handshake_failure NO_SHARED_CIPHER "
     "insufficient_security"},
    {Cause::tls_unrecognized_name, "tls.unrecognized_name", Layer::handshake, Category::drift,
     "The server does not know the host name that was sent in the handshake (SNI).",
     "The name is not configured at this server, balancer or CDN; the target's name is another domain in "
     "this environment, or an address where a name is needed.",
     "Use a name that the server serves, or configure it there; `sni=` in the target overrides what is sent.",
     "UNRECOGNIZED_NAME unrecognized_name SNI"},
    {Cause::tls_verify_failed, "tls.verify_failed", Layer::handshake, Category::drift,
     "The certificate failed verification for a reason that has no code of its own; the detail has the "
     "words.",
     "The chain is unusual: a wrong purpose, or a weak key or signature; or this name breaks a constraint of "
     "the CA.",
     "Read the detail, and compare the facts of both environments; look at issuer, purpose and key.",
     "CERTIFICATE_VERIFY_FAILED INVALID_PURPOSE INVALID_CA EE_KEY_TOO_SMALL CA_MD_TOO_WEAK"},
};

}  // namespace plumb::causes
