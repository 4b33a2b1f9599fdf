// What a handshake tells beside its result.
#include "base/text.hpp"
#include "probes/net/facts.hpp"
#include "probes/net/stream_impl.hpp"
#include "probes/net/tls.hpp"
#include "probes/net/tls_peer.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace plumb::net {
namespace {

std::string verify_text(const SSL* ssl) {
    const auto* wire = wire_of(ssl);
    if (wire == nullptr || wire->verify_errors.empty()) {
        const long result = SSL_get_verify_result(ssl);
        return result == X509_V_OK ? "ok" : X509_verify_cert_error_string(result);
    }
    std::string text = X509_verify_cert_error_string(wire->verify_errors.front());
    if (wire->first_error_depth > 0) text += " (depth " + std::to_string(wire->first_error_depth) + ')';
    return text;
}

// RFC 8446, 4.2.7; of earlier versions the key that the server made for this handshake.
std::string exchange_text(SSL* ssl) {
    const int nid = static_cast<int>(SSL_get_negotiated_group(ssl));
    if ((nid & TLSEXT_nid_unknown) != 0) return "group " + std::to_string(nid & 0xffff);
    if (nid != NID_undef) return group_text(nid);
    EVP_PKEY* key = nullptr;
    if (SSL_get_peer_tmp_key(ssl, &key) == 1) {
        auto text = key_text(key);
        EVP_PKEY_free(key);
        return text;
    }
    return "none";
}

void add_session_facts(Outcome& outcome, SSL* ssl) {
    outcome.fact(facts::kTlsCipher, SSL_get_cipher_name(ssl));
    outcome.fact(facts::kTlsGroup, exchange_text(ssl));
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    const std::string chosen(protocol, protocol + size);
    if (size > 0) outcome.fact(facts::kTlsAlpn, sanitize(chosen, 64));
}

void add_client_certificate_fact(Outcome& outcome, SSL* ssl) {
    const auto* wire = wire_of(ssl);
    if (wire == nullptr || !wire->sees_requests) return;
    int signature = NID_undef;
    const bool signed_ours = SSL_get_signature_nid(ssl, &signature) == 1;
    const char* asked = signed_ours ? "sent" : "asked";
    outcome.fact(facts::kTlsClientCertificate, wire->certificate_requested ? asked : "not asked");
}

void add_peer_facts(Outcome& outcome, SSL* ssl, const TlsSettings& settings) {
    const auto* sent = SSL_get_peer_cert_chain(ssl);
    if (sent == nullptr || sk_X509_num(sent) == 0) return;
    const auto& options = settings.options();
    auto& chain = settings.memory().chain;
    chain.read(sent, options.server_name);
    add_chain_facts(outcome, chain, std::time(nullptr));
    if (!options.server_name.empty()) outcome.fact(facts::kTlsSanMatch, chain.is_for_name() ? "yes" : "no");
    outcome.fact(options.verify ? facts::kTlsVerify : facts::kTlsVerifyJudged, verify_text(ssl));
    outcome.fact(facts::kTlsChainLength, std::to_string(sk_X509_num(sent)));
}

}  // namespace

void add_chain_facts(Outcome& outcome, const ChainMemory& chain, std::time_t now) {
    const auto& certificates = chain.certificates();
    const auto& own = certificates.front();
    outcome.fact(facts::kTlsIssuer, own.issuer);
    outcome.fact(facts::kTlsSubject, own.subject);
    outcome.fact(facts::kTlsKey, own.key);
    outcome.fact(facts::kTlsSignature, own.signature);
    outcome.fact(facts::kTlsDaysLeft, days_left(own, now));
    for (unsigned i = 0; i < certificates.size(); ++i) {
        outcome.fact(facts::kTlsChainSubject, i, certificates[i].subject);
        outcome.fact(facts::kTlsChainIssuer, i, certificates[i].issuer);
        outcome.fact(facts::kTlsChainKey, i, certificates[i].key);
        outcome.fact(facts::kTlsChainSignature, i, certificates[i].signature);
        outcome.fact(facts::kTlsChainDaysLeft, i, days_left(certificates[i], now));
    }
}

void add_tls_facts(Outcome& outcome, SSL* ssl, const TlsSettings& settings) {
    if (!settings.trust_store().empty()) outcome.fact(facts::kTlsTrustStore, settings.trust_store());
    if (ssl == nullptr) return;
    const char* asked_for = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    outcome.fact(facts::kTlsSni, asked_for == nullptr ? "none" : asked_for);
    const bool finished = SSL_is_init_finished(ssl) != 0;
    const bool has_certificate = SSL_get0_peer_certificate(ssl) != nullptr;
    if (!finished && !has_certificate) return;
    outcome.fact(facts::kTlsVersion, SSL_get_version(ssl));
    if (finished) add_session_facts(outcome, ssl);
    add_peer_facts(outcome, ssl, settings);
    add_client_certificate_fact(outcome, ssl);
    if (const auto staple = staple_of(ssl, settings))
        outcome.fact(facts::kTlsOcsp, to_string(staple->status));
}

}  // namespace plumb::net
