#include "probes/net/tls_staple.hpp"

#include "base/freed.hpp"

#include <array>
#include <memory>

#include <openssl/err.h>
#include <openssl/ocsp.h>

namespace plumb::net {
namespace {

// A real one has one to four thousand.
constexpr std::size_t kMostBytes = 16'384;
// Clocks of responders and of tasks differ a little.
constexpr std::time_t kClockSkew = 300;

using Response = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;
using Id = std::unique_ptr<OCSP_CERTID, Freed<OCSP_CERTID_free>>;

std::optional<std::time_t> time_of(const ASN1_GENERALIZEDTIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    return timegm(&parts);
}

X509* issuer_of(const StapleQuestion& question) {
    for (int i = 0; i < sk_X509_num(question.chain); ++i) {
        auto* candidate = sk_X509_value(question.chain, i);
        if (X509_check_issued(candidate, question.certificate) == X509_V_OK) return candidate;
    }
    return nullptr;
}

// The hashes of an id are the responder's choice, so ours is made with the same.
bool is_about(const OCSP_SINGLERESP* single, const X509* certificate, const X509* issuer) {
    const auto* id = OCSP_SINGLERESP_get0_id(single);
    ASN1_OBJECT* algorithm = nullptr;
    OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, const_cast<OCSP_CERTID*>(id));
    const auto* digest = EVP_get_digestbyobj(algorithm);
    if (digest == nullptr) return false;
    const Id own(OCSP_cert_to_id(digest, certificate, issuer));
    return own && OCSP_id_cmp(own.get(), id) == 0;
}

OCSP_SINGLERESP* find_single(OCSP_BASICRESP* basic, const StapleQuestion& question) {
    const auto* issuer = issuer_of(question);
    if (issuer == nullptr) return nullptr;
    for (int i = 0; i < OCSP_resp_count(basic); ++i) {
        auto* single = OCSP_resp_get0(basic, i);
        if (is_about(single, question.certificate, issuer)) return single;
    }
    return nullptr;
}

StapleStatus status_of(int code) {
    switch (code) {
        case V_OCSP_CERTSTATUS_GOOD:
            return StapleStatus::good;
        case V_OCSP_CERTSTATUS_REVOKED:
            return StapleStatus::revoked;
        default:
            return StapleStatus::unknown;
    }
}

Staple read_basic(OCSP_BASICRESP* basic, const StapleQuestion& question) {
    Staple staple;
    if (question.store == nullptr || OCSP_basic_verify(basic, question.chain, question.store, 0) != 1) {
        staple.says = StapleStatus::unverified;
        return staple;
    }
    auto* single = find_single(basic, question);
    if (single == nullptr) {
        staple.says = StapleStatus::mismatched;
        return staple;
    }
    int reason = -1;
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* until = nullptr;
    const int code = OCSP_single_get0_status(single, &reason, nullptr, &from, &until);
    const auto begins = time_of(from);
    if (!begins) return staple;
    staple.from = *begins;
    staple.until = time_of(until);
    staple.says = status_of(code);
    if (staple.says == StapleStatus::revoked && reason >= 0) staple.reason = OCSP_crl_reason_str(reason);
    return staple;
}

}  // namespace

std::string_view to_string(StapleStatus status) {
    static constexpr std::array<std::string_view, 8> kNames{
        "none", "good", "revoked", "unknown", "expired", "mismatched", "unverified", "malformed"};
    return kNames.at(static_cast<std::size_t>(status));
}

StapleStatus Staple::at(std::time_t now) const {
    const bool says_something =
        says == StapleStatus::good || says == StapleStatus::revoked || says == StapleStatus::unknown;
    if (!says_something) return says;
    const bool early = now + kClockSkew < from;
    const bool late = until && now - kClockSkew > *until;
    return early || late ? StapleStatus::expired : says;
}

Staple read_staple(const StapleQuestion& question) {
    Staple staple;
    if (question.der.size() > kMostBytes) return staple;
    const auto* bytes = reinterpret_cast<const unsigned char*>(question.der.data());
    const Response response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(question.der.size())));
    if (response && OCSP_response_status(response.get()) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        const Basic basic(OCSP_response_get1_basic(response.get()));
        if (basic) staple = read_basic(basic.get(), question);
    }
    ERR_clear_error();
    return staple;
}

const Staple& StapleMemory::read(const StapleQuestion& question, unsigned chain_generation) {
    if (bytes_ == question.der && chain_generation_ == chain_generation) return staple_;
    bytes_ = question.der;
    chain_generation_ = chain_generation;
    staple_ = read_staple(question);
    return staple_;
}

}  // namespace plumb::net
