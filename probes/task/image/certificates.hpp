// The authorities of a file of trusted certificates (PEM, RFC 7468).
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

struct AuthorityCertificate {
    std::string fingerprint;  // SHA-256 of its DER form, 32 bytes
    std::string name;         // its subject's CN, else O, else OU; sanitized
    std::optional<std::time_t> not_after;
};

struct Authorities {
    std::vector<AuthorityCertificate> certificates;  // by fingerprint, each once
    bool more = false;                               // than the thousand that were read
};

// What is no certificate or is cut off is passed over.
Authorities parse_authorities(std::string_view pem);

// "142 authorities, 1a2b3c4d": their count and a digest of their fingerprints.
std::string authorities_text(const Authorities& authorities);

}  // namespace plumb::task::image
