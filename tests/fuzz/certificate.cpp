// probes/net/tls_facts: the facts of any certificate that OpenSSL takes for one.
#include "probes/net/tls.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

namespace {

using namespace plumb;
using fuzz::require;

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
};

Outcome facts_of(X509* certificate, const std::string& name) {
    Outcome outcome;
    net::add_certificate_facts(outcome, certificate, name);
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* at = data;
    const std::unique_ptr<X509, Free> certificate(d2i_X509(nullptr, &at, static_cast<long>(size)));
    if (!certificate) {
        ERR_clear_error();
        return 0;
    }
    for (const char* name : {"db.example.com", "10.0.0.7", "2001:db8::1", ""}) {
        const auto outcome = facts_of(certificate.get(), name);
        fuzz::require_good_facts(outcome);
        const auto* match = outcome.find_fact("tls.san_match");
        require((match != nullptr) == (*name != '\0'), "a match is told where there is a name");
        require(match == nullptr || match->value == "yes" || match->value == "no", "a match is yes or no");
        require(outcome.facts.size() == (match == nullptr ? 3U : 4U), "every fact is there");
    }
    ERR_clear_error();
    return 0;
}
