// probes/net/tls_chain: the words of any certificate that OpenSSL takes for one.
#include "probes/net/tls_peer.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

namespace {

using namespace plumb;
using fuzz::require;

struct Free {
    void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* at = data;
    auto* certificate = d2i_X509(nullptr, &at, static_cast<long>(size));
    if (certificate != nullptr) {
        const std::unique_ptr<STACK_OF(X509), Free> chain(sk_X509_new_null());
        sk_X509_push(chain.get(), certificate);
        for (const char* name : {"db.example.com", "10.0.0.7", "2001:db8::1", ""}) {
            net::ChainMemory memory;
            memory.read(chain.get(), name);
            Outcome outcome;
            net::add_chain_facts(outcome, memory, 1'800'000'000);
            fuzz::require_good_facts(outcome);
            require(outcome.facts.size() == 10, "every fact is there");
            require(*name != '\0' || !memory.is_for_name(), "no certificate is for no name");
        }
    }
    ERR_clear_error();
    return 0;
}
