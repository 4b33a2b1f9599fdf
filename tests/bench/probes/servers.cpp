#include "tests/bench/probes/servers.hpp"

#include "tests/support/sockets.hpp"

#include <stdexcept>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace plumb::bench {
namespace {

void run_openssl(std::vector<std::string> words) {
    words.insert(words.begin(), test::program("openssl"));
    const auto finished = test::run_command(words);
    if (finished.exit_code != 0) throw std::runtime_error("openssl: " + finished.errors);
}

}  // namespace

Servers::Servers(std::string address)
    : address_(std::move(address)),
      http_(test::free_port()),
      tls_(test::free_port()),
      dns_(test::free_port()) {
    make_certificates();
    start_nginx();
    start_dnsmasq();
}

std::string Servers::at(std::uint16_t port) const {
    return address_ + ':' + std::to_string(port);
}

std::string Servers::tcp_url() const {
    return "tcp://" + at(http_);
}

std::string Servers::dns_url() const {
    return fmt::format("dns://{}?type=A&server={}", kName, at(dns_));
}

std::string Servers::http_url() const {
    return "http://" + at(http_) + "/";
}

std::string Servers::tls_url() const {
    return fmt::format("tls://{}?ca={}", at(tls_), ca_file());
}

// On loopback too: there it is seen to be ready.
std::string Servers::listen(std::uint16_t port, std::string_view how) const {
    std::string words = fmt::format("listen 127.0.0.1:{}{};", port, how);
    if (address_ != "127.0.0.1") words += fmt::format(" listen {}{};", at(port), how);
    return words;
}

void Servers::make_certificates() const {
    const auto authority_key = dir_.file("ca.key");
    run_openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj",
                 "/CN=bench authority", "-keyout", authority_key, "-out", ca_file()});
    run_openssl({"req",
                 "-x509",
                 "-newkey",
                 "rsa:2048",
                 "-nodes",
                 "-days",
                 "7",
                 "-subj",
                 "/CN=bench",
                 "-CA",
                 ca_file(),
                 "-CAkey",
                 authority_key,
                 "-addext",
                 "subjectAltName=IP:127.0.0.1,IP:" + address_,
                 "-addext",
                 "basicConstraints=CA:FALSE",
                 "-keyout",
                 dir_.file("server.key"),
                 "-out",
                 dir_.file("server.pem")});
}

// Serves as whoever starts it: in a user namespace of one's own there is nobody else to become.
std::string Servers::nginx_configuration() const {
    constexpr std::string_view kConfiguration = R"(daemon off;
{user}worker_processes 1;
pid "{dir}/nginx.pid";
error_log "{dir}/nginx.log";
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path "{dir}/a";
    proxy_temp_path "{dir}/b";
    fastcgi_temp_path "{dir}/c";
    uwsgi_temp_path "{dir}/d";
    scgi_temp_path "{dir}/e";
    server {{
        {listen_http}
        location / {{ return 200 "ok\n"; }}
    }}
    server {{
        {listen_tls}
        ssl_certificate "{dir}/server.pem";
        ssl_certificate_key "{dir}/server.key";
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{ return 200 "ok\n"; }}
    }}
}}
)";
    return fmt::format(kConfiguration, fmt::arg("user", ::geteuid() == 0 ? "user root;\n" : ""),
                       fmt::arg("dir", dir_.path().string()), fmt::arg("listen_http", listen(http_, "")),
                       fmt::arg("listen_tls", listen(tls_, " ssl")));
}

void Servers::start_nginx() {
    test::ChildSpec spec;
    const auto file = dir_.write("nginx.conf", nginx_configuration());
    spec.command = {
        test::program("nginx"), "-p", dir_.path().string(), "-e", dir_.file("nginx.log"), "-c", file};
    spec.output_file = dir_.file("nginx.out");
    nginx_ = std::make_unique<test::ChildProcess>(spec);
    nginx_->wait_until_listening(tls_);
}

void Servers::start_dnsmasq() {
    test::ChildSpec spec;
    spec.command = {test::program("dnsmasq"),
                    "--keep-in-foreground",
                    "--conf-file=/dev/null",
                    "--no-resolv",
                    "--no-hosts",
                    "--bind-interfaces",
                    "--pid-file=",
                    "--listen-address=127.0.0.1," + address_,
                    "--port=" + std::to_string(dns_),
                    "--local=/bench.test/",
                    fmt::format("--host-record={},{}", kName, address_)};
    if (::geteuid() == 0) spec.command.emplace_back("--user=root");
    spec.output_file = dir_.file("dnsmasq.out");
    dnsmasq_ = std::make_unique<test::ChildProcess>(spec);
    dnsmasq_->wait_until_listening(dns_);
}

}  // namespace plumb::bench
