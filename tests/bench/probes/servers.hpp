// The real servers that both sides probe: nginx for tcp, http and tls (an RSA-2048 certificate of an RSA-2048
// authority), dnsmasq for dns. They serve on one address, in the calling thread's network namespace, from a
// temporary directory, and end with the object.
#pragma once

#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace plumb::bench {

class Servers {
  public:
    explicit Servers(std::string address = "127.0.0.1");

    const std::string& address() const { return address_; }
    std::uint16_t http_port() const { return http_; }
    std::uint16_t tls_port() const { return tls_; }
    std::uint16_t dns_port() const { return dns_; }
    std::string ca_file() const { return dir_.file("ca.pem"); }

    // The same four targets in Plumbline's words.
    std::string tcp_url() const;
    std::string dns_url() const;
    std::string http_url() const;
    std::string tls_url() const;

    static constexpr const char* kName = "service.bench.test";  // what dnsmasq knows

  private:
    void make_certificates() const;
    std::string nginx_configuration() const;
    void start_nginx();
    void start_dnsmasq();
    std::string at(std::uint16_t port) const;
    std::string listen(std::uint16_t port, std::string_view how) const;

    test::TempDir dir_;
    std::string address_;
    std::uint16_t http_;
    std::uint16_t tls_;
    std::uint16_t dns_;
    std::unique_ptr<test::ChildProcess> nginx_;
    std::unique_ptr<test::ChildProcess> dnsmasq_;
};

}  // namespace plumb::bench
