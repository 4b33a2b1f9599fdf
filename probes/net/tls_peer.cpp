#include "probes/net/tls_peer.hpp"

#include "probes/net/stream_impl.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace plumb::net {
namespace {

// All complaints in one line; the first, which is where OpenSSL's own clients stop, names the cause.
Failed complaints(const TlsWire& wire) {
    auto failed = verify_failure(wire.verify_errors.front());
    for (std::size_t i = 1; i < wire.verify_errors.size(); ++i) {
        const std::string words = X509_verify_cert_error_string(wire.verify_errors[i]);
        if (failed.detail.find(words) == std::string::npos) failed.detail += "; " + words;
    }
    if (!wire.first_error_subject.empty()) failed.detail += " (" + wire.first_error_subject + ')';
    return failed;
}

}  // namespace

std::optional<PeerStaple> staple_of(SSL* ssl, const TlsSettings& settings) {
    if (SSL_get_tlsext_status_type(ssl) != TLSEXT_STATUSTYPE_ocsp) return std::nullopt;
    const unsigned char* bytes = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
    PeerStaple found;
    auto* sent = SSL_get_peer_cert_chain(ssl);
    if (size <= 0 || bytes == nullptr || sent == nullptr) return found;
    auto* verified = SSL_get0_verified_chain(ssl);
    StapleQuestion question;
    question.der = {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
    question.certificate = SSL_get0_peer_certificate(ssl);
    question.chain = verified == nullptr ? sent : verified;
    question.store = SSL_CTX_get_cert_store(settings.context());
    auto& memory = settings.memory();
    memory.chain.read(sent, settings.options().server_name);
    const auto& staple = memory.staple.read(question, memory.chain.generation());
    found.status = staple.at(std::time(nullptr));
    found.reason = staple.reason;
    return found;
}

std::optional<Failed> objection_to(SSL* ssl, const TlsSettings& settings) {
    if (settings.failure()) return settings.failure();
    if (!settings.options().verify) return std::nullopt;
    const auto* wire = wire_of(ssl);
    if (wire != nullptr && !wire->verify_errors.empty()) return complaints(*wire);
    const auto staple = staple_of(ssl, settings);
    if (!staple || staple->status != StapleStatus::revoked) return std::nullopt;
    std::string words = "the authority's answer that the server staples says: revoked";
    if (!staple->reason.empty()) words += " (" + staple->reason + ')';
    return Failed(Cause::tls_revoked, std::move(words));
}

}  // namespace plumb::net
