// The OCSP answer that a server staples to its handshake (RFC 6066, 8; RFC 6960): what it says of the
// server's certificate, if an authority of the chain has signed it.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>
#include <openssl/x509.h>

namespace plumb::net {

enum class StapleStatus {
    none,  // the server sent none
    good,
    revoked,
    unknown,     // the authority does not know the certificate
    expired,     // outside of the time it is valid for, whatever it says
    mismatched,  // about another certificate
    unverified,  // not signed by an authority that is trusted here
    malformed,   // no status can be read from it
};
std::string_view to_string(StapleStatus status);

struct StapleQuestion {
    std::string_view der;  // as the server sent it
    X509* certificate = nullptr;
    STACK_OF(X509) * chain =
        nullptr;  // with the certificate itself: where its issuer and the signer are looked for
    X509_STORE* store = nullptr;  // null: nothing is trusted
};

// A staple, read. What it is worth at a time is at().
struct Staple {
    StapleStatus says = StapleStatus::malformed;
    std::time_t from = 0;
    std::optional<std::time_t> until;
    std::string reason;  // of a revocation, as RFC 5280 calls it

    StapleStatus at(std::time_t now) const;
};

Staple read_staple(const StapleQuestion& question);

// Keeps the last one: to verify the signature anew for the same bytes would cost more than all else in a run.
class StapleMemory {
  public:
    // `chain_generation`: ChainMemory::generation() of the chain in `question`.
    const Staple& read(const StapleQuestion& question, unsigned chain_generation);

  private:
    std::string bytes_;
    unsigned chain_generation_ = 0;
    Staple staple_;
};

}  // namespace plumb::net
