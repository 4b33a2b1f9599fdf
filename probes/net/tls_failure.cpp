// The cause that names a failed handshake, a refused certificate, or a TLS stream that breaks.
#include "base/text.hpp"
#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"
#include "probes/peer_words.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace plumb::net {
namespace {

std::string reason_text(unsigned long error) {
    const char* reason = ERR_reason_error_string(error);
    return reason == nullptr ? "unknown TLS error" : reason;
}

// The peer's words when what it sent is no TLS record (RFC 8446, 5.1: type 20 to 24, major version 3).
std::optional<Failed> not_tls(const TlsWire* wire) {
    if (wire == nullptr || wire->bytes_in == 0) return std::nullopt;
    const auto type = static_cast<unsigned char>(wire->first_bytes[0]);
    const bool record = type >= 20 && type <= 24 && (wire->bytes_in == 1 || wire->first_bytes[1] == 3);
    if (record) return std::nullopt;
    return Failed(Cause::tls_not_tls, "the peer answered without TLS: " +
                                          peer_words({wire->first_bytes.data(), wire->first_size()}));
}

// What a server says of a certificate it says of the client's: it sees no other (RFC 8446, 6.2).
bool refuses_our_certificate(int reason) {
    switch (reason) {
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return true;
        default:
            return false;
    }
}

Cause cause_of_reason(int reason) {
    switch (reason) {
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_HTTP_REQUEST:
        case SSL_R_HTTPS_PROXY_REQUEST:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
        case SSL_R_UNKNOWN_PROTOCOL:
            return Cause::tls_not_tls;
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return Cause::tls_certificate_required;
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_VERSION_TOO_LOW:
        case SSL_R_NO_PROTOCOLS_AVAILABLE:
        case SSL_R_UNSUPPORTED_SSL_VERSION:
            return Cause::tls_protocol_version;
        case SSL_R_TLSV1_UNRECOGNIZED_NAME:
            return Cause::tls_unrecognized_name;
        default:
            return refuses_our_certificate(reason) ? Cause::tls_certificate_required
                                                   : Cause::tls_handshake_failure;
    }
}

bool is_alert(int reason) {
    return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
}

// Before TLS 1.3 a server has no alert of its own for a missing certificate: it breaks off right after
// asking.
bool refuses_missing_certificate(const SSL* ssl, const TlsWire* wire, int reason) {
    if (wire == nullptr || !wire->certificate_requested || SSL_get_certificate(ssl) != nullptr) return false;
    return reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
           reason == SSL_R_SSLV3_ALERT_NO_CERTIFICATE || reason == SSL_R_TLSV1_ALERT_ACCESS_DENIED;
}

Failed reason_failure(const SSL* ssl, const TlsWire* wire, unsigned long error) {
    const int reason = ERR_GET_REASON(error);
    auto words = reason_text(error);
    if (refuses_missing_certificate(ssl, wire, reason)) {
        return {Cause::tls_certificate_required,
                "the server asked for a client certificate and got none: " + words};
    }
    if (refuses_our_certificate(reason)) {
        words = "the server does not accept our client certificate: " + words;
    } else if (is_alert(reason)) {
        words = "alert of the server: " + words;
    }
    return {cause_of_reason(reason), std::move(words)};
}

}  // namespace

Failed verify_failure(long verify_result) {
    const std::string words = X509_verify_cert_error_string(verify_result);
    switch (verify_result) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {Cause::tls_expired, words};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {Cause::tls_not_yet_valid, words};
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return {Cause::tls_self_signed, words};
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_UNTRUSTED:
            return {Cause::tls_unknown_authority, words};
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return {Cause::tls_name_mismatch, words};
        case X509_V_ERR_CERT_REVOKED:
            return {Cause::tls_revoked, words};
        default:
            return {Cause::tls_verify_failed, words};
    }
}

Failed tls_failure(const SSL* ssl, unsigned long openssl_error, const boost::system::error_code& io) {
    const auto* wire = ssl == nullptr ? nullptr : wire_of(ssl);
    if (auto plain = not_tls(wire)) return std::move(*plain);
    const int reason = ERR_GET_REASON(openssl_error);
    if (ERR_GET_LIB(openssl_error) == ERR_LIB_SSL) {
        if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED && ssl != nullptr &&
            SSL_get_verify_result(ssl) != X509_V_OK) {
            return verify_failure(SSL_get_verify_result(ssl));
        }
        if (reason != SSL_R_UNEXPECTED_EOF_WHILE_READING) return reason_failure(ssl, wire, openssl_error);
    }
    if (io) {
        auto failed = io_failure(io);
        failed.detail += " during TLS";
        return failed;
    }
    if (openssl_error == 0 || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        // Who sent records of TLS speaks it, and has a reason that it keeps to itself.
        const bool silent = wire == nullptr || wire->bytes_in == 0;
        return {
            Cause::peer_closed,
            silent
                ? "closed by the peer instead of an answer to TLS; a server that speaks no TLS does this too"
                : "closed by the peer in the midst of the TLS handshake, without an alert"};
    }
    return {Cause::tls_handshake_failure, reason_text(openssl_error)};
}

}  // namespace plumb::net
