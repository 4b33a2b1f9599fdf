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
};

struct Issued {
    std::string certificate;  // PEM; chain: the leaf, then intermediates
    std::string key;          // PEM
};

class Authority {
  public:
    explicit Authority(const std::string& name = "Plumb Test Authority");
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    const std::string& certificate() const { return pem_; }  // PEM of the authority itself
    Issued issue(const CertificateSpec& spec = {}) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
    std::string pem_;
};

Issued self_signed(const CertificateSpec& spec = {});

std::string locked_key(const std::string& key, const std::string& password);  // the PEM key under a password

}  // namespace plumb::test
