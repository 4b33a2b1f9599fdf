// probes/net/tls_staple: any bytes in the place of a stapled answer, for a certificate and an authority that
// are fixed.
#include "probes/net/tls_staple.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/certificates.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

namespace {

using namespace plumb;
using fuzz::require;

X509* read(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    auto* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return certificate;
}

// Made anew in each process: nothing that is fed can be signed by it, and so be believed.
net::StapleQuestion question() {
    static test::Authority authority;
    static X509* const issuer = read(authority.certificate());
    static X509* const leaf = read(authority.issue().certificate);
    static STACK_OF(X509)* const chain = [] {
        auto* made = sk_X509_new_null();
        sk_X509_push(made, leaf);
        sk_X509_push(made, issuer);
        return made;
    }();
    static X509_STORE* const store = [] {
        auto* made = X509_STORE_new();
        X509_STORE_add_cert(made, issuer);
        return made;
    }();
    net::StapleQuestion asked;
    asked.certificate = leaf;
    asked.chain = chain;
    asked.store = store;
    return asked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto asked = question();
    asked.der = {reinterpret_cast<const char*>(data), size};
    const auto staple = net::read_staple(asked);
    const bool unbelieved =
        staple.says == net::StapleStatus::malformed || staple.says == net::StapleStatus::unverified;
    require(unbelieved, "what no authority signed says nothing");
    require(staple.reason.empty(), "and gives no reason");
    require(staple.at(0) == staple.says && staple.at(1'800'000'000) == staple.says, "at no time");
    require(ERR_peek_error() == 0, "no complaint of OpenSSL is left for the next call");
    return 0;
}
