// Certificates made in the test. An Authority signs; its certificate goes to a CA file, or to nobody.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/types.h>

namespace plumb::test {

struct CertificateSpec {
    std::string common_name = "plumb test";
    std::vector<std::string> dns_names{"localhost"};
    std::vector<std::string> ip_addresses{"127.0.0.1"};
    int valid_from_days = -1;  // relative to now
    int valid_until_days = 30;
    std::string key = "P-256";  // or "RSA-2048", "Ed25519"
};

struct Issued {
    std::string certificate;  // PEM; chain: the leaf, then intermediates
    std::string key;          // PEM
};

// What an authority answers about a certificate (RFC 6960).
struct StapleSpec {
    bool revoked = false;
    bool unknown = false;
    int valid_from_hours = -1;  // relative to now
    int valid_until_hours = 24;
};

class Authority {
  public:
    explicit Authority(const std::string& name = "Plumb Test Authority");
    // An intermediate one: what it issues carries its certificate behind the leaf's.
    Authority(const std::string& name, const Authority& parent, int valid_until_days = 300);
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    const std::string& certificate() const { return pem_; }  // PEM of the authority itself
    Issued issue(const CertificateSpec& spec = {}) const;
    std::string staple(const Issued& issued, const StapleSpec& spec = {}) const;  // OCSP answer, DER

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::string pem_;
    std::string sent_along_;  // PEM of the intermediates, this one first
};

Issued self_signed(const CertificateSpec& spec = {});

std::string locked_key(const std::string& key, const std::string& password);  // the PEM key under a password

}  // namespace plumb::test
