#include "base/text.hpp"
#include "probes/net/tls.hpp"

#include <array>

#include <openssl/tls1.h>

namespace plumb::net {
namespace {

constexpr std::array<Option, 7> kOptions{{
    {"sni", "server name to ask for and to check; default: the URL's host"},
    {"ca", "file of trusted certificates (PEM); default: SSL_CERT_FILE, then the system's"},
    {"cert", "client certificate (PEM file)"},
    {"key", "its private key (PEM file); default: in cert"},
    {"insecure", "1: a bad certificate is a fact, not a failure"},
    {"alpn", "application protocols to offer, separated by commas: h2,http/1.1"},
    {"min_tls", "lowest TLS version: 1.2 or 1.3"},
}};

Error wrong(const Url& url, std::string_view what) {
    return Error{url.scheme + " URL: " + std::string(what)};
}

}  // namespace

std::span<const Option> tls_option_list() {
    return kOptions;
}

Result<TlsOptions> TlsOptions::from_url(const Url& url) {
    TlsOptions options;
    options.server_name = url.option("sni").value_or(url.host);
    // The dot that makes a name absolute is the resolver's business; SNI and certificates know none (RFC
    // 6066, 3).
    if (options.server_name.ends_with('.')) options.server_name.pop_back();
    options.ca_file = url.option("ca").value_or("");
    options.certificate_file = url.option("cert").value_or("");
    options.key_file = url.option("key").value_or("");
    if (options.server_name.size() > 255) return wrong(url, "option 'sni' is longer than any host name");
    if (!options.key_file.empty() && options.certificate_file.empty()) {
        return wrong(url, "option 'key' needs option 'cert' beside it");
    }
    const auto insecure = bool_option(url, "insecure");
    if (!insecure) return insecure.error();
    options.verify = !insecure->value_or(false);
    if (const auto alpn = url.option("alpn")) {
        for (const auto name : split(*alpn, ',')) {
            if (name.empty() || name.size() > 255 || options.alpn.size() == 16) {
                return wrong(url, "option 'alpn' is a list of protocol names, such as h2,http/1.1");
            }
            options.alpn.emplace_back(name);
        }
    }
    if (const auto version = url.option("min_tls")) {
        if (*version != "1.2" && *version != "1.3") return wrong(url, "option 'min_tls' is 1.2 or 1.3");
        options.minimum_version = *version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
    }
    return options;
}

}  // namespace plumb::net
