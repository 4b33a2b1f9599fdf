// nginx: all sites of an environment in one, each at its own address.
#include "tests/lab/net/servers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

constexpr std::uint16_t kNobodyListens = 1;
constexpr std::chrono::milliseconds kPatience{300};  // beyond the delay that an upstream is told

test::Script answer_after(std::chrono::milliseconds delay) {
    return [delay](test::Connection& connection) {
        if (connection.read_until("\r\n\r\n").empty() || !connection.pause(delay)) return;
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n");
    };
}

class Nginx : public ProcessBox {
  public:
    Nginx(const EnvironmentPlan& plan, const Authorities& authorities) {
        std::string http;
        for (const auto& [name, site] : plan.sites)
            http += of_site(site, certificate_of(plan, name), authorities);
        const auto dir = folder_.path().string();
        std::string text = "daemon off; user root; worker_processes 1; error_log stderr warn;\n";
        text += fmt::format(
            "pid {}/pid; events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n"
            "ssl_protocols TLSv1.2 TLSv1.3;\n",  // its own default depends on its version
            dir);
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            text += fmt::format("{}_temp_path {}/{};\n", kind, dir, kind);
        text += http + "}\n";
        const auto& first = plan.sites.begin()->second.place;
        start({test::program("nginx"), "-e", "stderr", "-p", dir, "-c", folder_.write("nginx.conf", text)},
              first.addresses[0], first.port);
    }

  private:
    std::string of_site(const SitePlan& site, const CertificatePlan& certificate,
                        const Authorities& authorities) {
        std::string text = "server {\n";
        if (!site.limit.empty()) {
            text = fmt::format(
                "limit_req_zone $server_name zone={0}:1m rate={1};\nserver {{\nlimit_req zone={0}; "
                "limit_req_status 429;\n",
                site.place.name, site.limit);
        }
        auto addresses = site.place.addresses;
        addresses.insert(addresses.end(), site.place.unlisted.begin(), site.place.unlisted.end());
        for (const auto& address : addresses)
            text += fmt::format("listen {}:{}{};\n", address, site.place.port, site.place.tls ? " ssl" : "");
        text += "server_name " + host_of(site.place.name) + ";\n";
        if (site.place.tls) {
            const auto issued = issue(site.place.name, certificate, authorities);
            text += fmt::format("ssl_certificate {};\nssl_certificate_key {};\n",
                                folder_.write(site.place.name + ".pem", issued.certificate),
                                folder_.write(site.place.name + ".key", issued.key));
        }
        if (!site.versions.empty()) text += fmt::format("ssl_protocols {};\n", fmt::join(site.versions, " "));
        return text + "location / { " + answer_of(site) + " }\n}\n";
    }

    std::string answer_of(const SitePlan& site) {
        if (site.upstream.empty()) return site.answer;
        auto port = kNobodyListens;
        if (site.upstream != "refusing") {
            auto script = site.upstream == "silent"    ? test::silent()
                          : site.upstream == "closing" ? test::closing_after_request()
                                                       : answer_after(site.upstream_delay);
            port = upstreams_.emplace_back(std::move(script)).port();
        }
        return fmt::format("proxy_read_timeout {}ms; proxy_pass http://127.0.0.1:{};",
                           (kPatience + site.upstream_delay).count(), port);
    }

    std::list<test::ScriptedServer> upstreams_;
};

}  // namespace

std::unique_ptr<Server> start_nginx(const EnvironmentPlan& plan, const Authorities& authorities) {
    return std::make_unique<Nginx>(plan, authorities);
}

}  // namespace plumb::lab
