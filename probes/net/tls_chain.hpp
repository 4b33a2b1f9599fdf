// What the certificates of a chain say, in words. Making those words costs as much as a part of the
// handshake, and a server shows the same chain each time, so they are kept for the chain of the last run.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include <openssl/types.h>
#include <openssl/x509.h>

namespace plumb::net {

struct CertificateText {
    std::string subject;  // RFC 2253, sanitized, as all of these
    std::string issuer;
    std::string key;        // "RSA 2048", "EC P-256", "Ed25519"
    std::string signature;  // of the issuer: "sha256WithRSAEncryption"
    std::optional<std::time_t> not_after;
};

// Whole days until `not_after`, rounded down: -1 from the first second after it; "unknown" where it cannot be
// read.
std::string days_left(const CertificateText& certificate, std::time_t now);

std::string name_text(const X509_NAME* name);
std::string key_text(const EVP_PKEY* key);
// Of a named curve or group, as NIST and the RFCs call it: "P-256", "X25519", "ffdhe2048".
std::string group_text(int nid);

// An IP address as certificates hold it: 4 or 16 bytes, without the zone of a link-local one. "" for a name.
std::string address_bytes(const std::string& host);

// Whether the certificate is for this host name or address (RFC 6125, without the common name).
bool is_for(X509* certificate, const std::string& name);

class ChainMemory {
  public:
    static constexpr int kMostCertificates = 6;  // that are put into words; a chain may be longer

    // REQUIRES: `chain` holds the server's own certificate first; `name` is the same each time.
    void read(const STACK_OF(X509) * chain, const std::string& name);

    const std::vector<CertificateText>& certificates() const { return certificates_; }
    bool is_for_name() const { return is_for_name_; }
    unsigned generation() const { return generation_; }  // changes with the chain

  private:
    std::string bytes_;
    std::vector<CertificateText> certificates_;
    bool is_for_name_ = false;
    unsigned generation_ = 0;
};

}  // namespace plumb::net
