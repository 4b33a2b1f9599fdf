#include "tests/bench/probes/exporter.hpp"

#include "tests/bench/interrupt.hpp"
#include "tests/bench/measure.hpp"
#include "tests/support/sockets.hpp"

#include <stdexcept>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace plumb::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr const char* kProgram = "prometheus-blackbox-exporter";

}  // namespace

bool exporter_is_installed() {
    try {
        return !test::program(kProgram).empty();
    } catch (const std::runtime_error&) {
        return false;
    }
}

Exporter::Exporter(const Servers& servers) : servers_(servers), port_(test::free_port()) {
    test::ChildSpec spec;
    spec.command = {test::program(kProgram), "--config.file=" + dir_.write("blackbox.yml", configuration()),
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=error"};
    spec.output_file = dir_.file("exporter.log");
    process_ = std::make_unique<test::ChildProcess>(spec);
    process_->wait_until_listening(port_);
    connection_.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port_));
}

std::string Exporter::configuration() const {
    return fmt::format(R"(modules:
  tcp: {{prober: tcp, timeout: 5s, tcp: {{preferred_ip_protocol: ip4}}}}
  http: {{prober: http, timeout: 5s, http: {{preferred_ip_protocol: ip4}}}}
  dns: {{prober: dns, timeout: 5s, dns: {{query_name: "{}", query_type: A, preferred_ip_protocol: ip4}}}}
  tls: {{prober: tcp, timeout: 5s, tcp: {{preferred_ip_protocol: ip4, tls: true, tls_config: {{ca_file: "{}"}}}}}}
)",
                       Servers::kName, servers_.ca_file());
}

std::string Exporter::path_of(const std::string& module) const {
    const auto port = module == "dns"   ? servers_.dns_port()
                      : module == "tls" ? servers_.tls_port()
                                        : servers_.http_port();
    const std::string scheme = module == "http" ? "http://" : "";
    return fmt::format("/probe?module={}&target={}{}:{}", module, scheme, servers_.address(), port);
}

void Exporter::scrape(const std::string& module, int times) {
    http::request<http::empty_body> request(http::verb::get, path_of(module), 11);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::user_agent, "plumb-bench");
    for (int i = 0; i < times; ++i) {
        leave_if_interrupted();
        http::write(connection_, request);
        http::response<http::string_body> response;
        http::read(connection_, buffer_, response);
        if (response.body().find("\nprobe_success 1\n") == std::string::npos) {
            throw std::runtime_error("blackbox_exporter's " + module + " probe did not succeed:\n" +
                                     response.body());
        }
    }
}

std::chrono::nanoseconds Exporter::cpu() const {
    return cpu_of(process_->pid());
}

}  // namespace plumb::bench
