// Runs tls:// targets against TLS servers of the test, trusting the test's own authority.
#pragma once

#include "tests/integration/net/run_target.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_server.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace plumb::test {

class Tls : public testing::Test {
  protected:
    Outcome run(std::uint16_t port, const std::string& options = "",
                std::chrono::milliseconds timeout = std::chrono::seconds(10)) const {
        TargetRun wanted;
        wanted.url = url(port) + options;
        wanted.timeout = timeout;
        auto outcome = run_once(wanted);
        expect_sound(outcome);
        return outcome;
    }
    Outcome run(TlsServerSpec spec, const std::string& options = "") const {
        const TlsServer server(std::move(spec));
        return run(server.port(), options);
    }
    TlsServerSpec server(const CertificateSpec& certificate = {}) const {
        TlsServerSpec spec;
        spec.identity = authority_.issue(certificate);
        return spec;
    }
    // "&cert=…&key=…" of a client certificate by `issuer`.
    std::string client_certificate(const Authority& issuer, int valid_until_days = 30) const {
        CertificateSpec spec;
        spec.valid_from_days = -60;
        spec.valid_until_days = valid_until_days;
        const auto identity = issuer.issue(spec);
        return "&cert=" + dir_.write("client.pem", identity.certificate) +
               "&key=" + dir_.write("client.key", identity.key);
    }
    // "tls://127.0.0.1:PORT?ca=…", for what run() does not do.
    std::string url(std::uint16_t port) const {
        return "tls://127.0.0.1:" + std::to_string(port) + "?ca=" + ca_file_;
    }
    const Authority& authority() const { return authority_; }
    const TempDir& dir() const { return dir_; }

  private:
    TempDir dir_;
    Authority authority_;
    std::string ca_file_ = dir_.write("ca.pem", authority_.certificate());
};

}  // namespace plumb::test
