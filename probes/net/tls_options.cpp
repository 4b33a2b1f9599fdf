#include "base/text.hpp"
#include "probes/net/tls.hpp"

#include <algorithm>
#include <array>

#include <openssl/tls1.h>

namespace plumb::net {
namespace {

constexpr std::array<Option, 8> kOptions{{
    {"sni", "server name to ask for and to check; default: the URL's host"},
    {"ca", "file of trusted certificates (PEM); default: SSL_CERT_FILE, then the system's"},
    {"cert", "client certificate (PEM file)"},
    {"key", "its private key (PEM file); default: in cert"},
    {"insecure", "1: a bad certificate is a fact, not a failure"},
    {"min_tls", "lowest TLS version: 1.2 (the default) or 1.3"},
    {"max_tls", "highest TLS version: 1.2 or 1.3"},
    {"alpn", "application protocols to offer, separated by commas: h2,http/1.1"},
}};

Error wrong(const Url& url, std::string_view what) {
    return Error{url.scheme + " URL: " + std::string(what)};
}

// What a host's name or address may be written with (RFC 1123; an IPv6 address has colons, and some names an
// underscore). Anything else would be asked for in vain.
bool is_server_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_' || c == ':';
    };
    return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), fits);
}

// 0 where the URL names none.
Result<int> version_option(const Url& url, std::string_view name) {
    const auto version = url.option(name);
    if (!version) return 0;
    if (*version == "1.2") return TLS1_2_VERSION;
    if (*version == "1.3") return TLS1_3_VERSION;
    return wrong(url, "option '" + std::string(name) + "' is 1.2 or 1.3");
}

Result<void> read_versions(const Url& url, TlsOptions& options) {
    const auto lowest = version_option(url, "min_tls");
    if (!lowest) return lowest.error();
    const auto highest = version_option(url, "max_tls");
    if (!highest) return highest.error();
    options.minimum_version = *lowest;
    options.maximum_version = *highest;
    if (*highest != 0 && *lowest > *highest) return wrong(url, "option 'min_tls' is higher than 'max_tls'");
    return {};
}

}  // namespace

std::span<const Option> tls_option_list() {
    return kOptions;
}

std::span<const Option> tls_options_without_alpn() {
    static_assert(kOptions.back().name == "alpn");
    return std::span(kOptions).first<kOptions.size() - 1>();
}

std::string certificate_name(std::string host) {
    if (host.ends_with('.')) host.pop_back();
    return host;
}

Result<TlsOptions> TlsOptions::from_url(const Url& url) {
    TlsOptions options;
    options.server_name = certificate_name(url.option("sni").value_or(url.host));
    options.ca_file = url.option("ca").value_or("");
    options.certificate_file = url.option("cert").value_or("");
    options.key_file = url.option("key").value_or("");
    if (url.option("sni") && !is_server_name(options.server_name)) {
        return wrong(url,
                     "option 'sni' is a host name as certificates have it: api.example.com, or xn--… for one "
                     "with other letters");
    }
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
    if (auto versions = read_versions(url, options); !versions) return versions.error();
    return options;
}

}  // namespace plumb::net
