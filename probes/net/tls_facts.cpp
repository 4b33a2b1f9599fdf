// What a handshake tells: facts of the certificate and the session, and the cause of a failure.
#include "base/text.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"

#include <array>
#include <memory>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace plumb::net {
namespace {

struct BioFree {
    void operator()(BIO* bio) const { BIO_free(bio); }
};

std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, BioFree> bio(BIO_new(BIO_s_mem()));
    if (!bio || name == nullptr) return {};
    X509_NAME_print_ex(bio.get(), name, 0,
                       (XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) & ~ASN1_STRFLGS_ESC_MSB);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    if (size <= 0) return {};
    return sanitize({data, static_cast<std::size_t>(size)}, kMaxFactValue);
}

bool name_matches(X509* certificate, const std::string& name) {
    boost::system::error_code not_address;
    boost::asio::ip::make_address(name, not_address);
    if (!not_address) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
    const unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

// Whole days until the end, rounded down: -1 from the first second after it.
std::string days_left(const X509* certificate) {
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate)) != 1) return "unknown";
    if (seconds < 0) --days;
    return std::to_string(days);
}

std::string verify_text(const SSL* ssl) {
    const auto* wire = wire_of(ssl);
    long result = SSL_get_verify_result(ssl);
    if (wire != nullptr && !wire->verify_errors.empty()) result = wire->verify_errors.front();
    return result == X509_V_OK ? "ok" : X509_verify_cert_error_string(result);
}

void add_peer_facts(Outcome& outcome, const SSL* ssl, const std::string& server_name, bool verifying) {
    auto* certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) return;
    add_certificate_facts(outcome, certificate, server_name);
    outcome.fact(verifying ? facts::kTlsVerify : facts::kTlsVerifyJudged, verify_text(ssl));
    if (const auto* chain = SSL_get_peer_cert_chain(ssl)) {
        outcome.fact(facts::kTlsChainLength, std::to_string(sk_X509_num(chain)));
    }
}

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
                                          sanitize({wire->first_bytes.data(), wire->first_size()}, 96));
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

void add_tls_facts(Outcome& outcome, const SSL* ssl, const std::string& server_name, bool verifying) {
    const bool finished = SSL_is_init_finished(ssl) != 0;
    if (finished || SSL_get0_peer_certificate(ssl) != nullptr) {
        outcome.fact(facts::kTlsVersion, SSL_get_version(ssl));
    }
    if (finished) {
        outcome.fact(facts::kTlsCipher, SSL_get_cipher_name(ssl));
        const unsigned char* protocol = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl, &protocol, &size);
        const std::string chosen(protocol, protocol + size);
        if (size > 0) outcome.fact(facts::kTlsAlpn, sanitize(chosen, 64));
    }
    add_peer_facts(outcome, ssl, server_name, verifying);
}

void add_certificate_facts(Outcome& outcome, X509* certificate, const std::string& server_name) {
    outcome.fact(facts::kTlsIssuer, name_text(X509_get_issuer_name(certificate)));
    outcome.fact(facts::kTlsSubject, name_text(X509_get_subject_name(certificate)));
    outcome.fact(facts::kTlsDaysLeft, days_left(certificate));
    if (!server_name.empty()) {
        outcome.fact(facts::kTlsSanMatch, name_matches(certificate, server_name) ? "yes" : "no");
    }
}

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
        return {Cause::peer_closed,
                "closed by the peer during TLS; a server that speaks no TLS does this too"};
    }
    return {Cause::tls_handshake_failure, reason_text(openssl_error)};
}

}  // namespace plumb::net
