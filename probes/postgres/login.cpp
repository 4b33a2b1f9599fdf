#include "probes/postgres/login.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace plumb::postgres {
namespace {

constexpr std::array<Option, 20> kOptions{{
    {"sslmode", "disable, allow, prefer (default), require, verify-ca or verify-full, as libpq"},
    {"ssl", "of other drivers: true means sslmode=require, false disable, or a mode's name"},
    {"sslrootcert",
     "file of trusted certificates (PEM); 'system' or absent: SSL_CERT_FILE, then the system's"},
    {"ca", "the same as sslrootcert"},
    {"sslcert", "client certificate (PEM file)"},
    {"cert", "the same as sslcert"},
    {"sslkey", "its private key (PEM file); default: in sslcert"},
    {"key", "the same as sslkey"},
    {"sni", "server name to check in the certificate; default: the URL's host"},
    {"channel_binding", "disable, prefer (default) or require, as libpq: SCRAM bound to the TLS session"},
    {"target_session_attrs", "read-write or primary, read-only or standby: another role is a failure"},
    {"size_limit", "what the database may take, as 100GB: its size is read and held against it"},
    {"host", "host, where the URL has none"},
    {"port", "port, where the URL has none"},
    {"user", "user, where the URL has none"},
    {"dbname", "database, where the URL has none"},
    {"application_name", "accepted; the probe calls itself plumbline"},
    {"connect_timeout", "accepted; the target's timeout counts"},
    {"pgbouncer", "accepted; nothing the probe does needs a session of its own"},
    {"schema", "accepted; the probe reads no table of the app"},
}};

Error wrong(const Url& url, std::string_view what) {
    return Error{url.scheme + " URL: " + std::string(what)};
}

std::string first_of(const Url& url, std::string_view name, std::string_view other) {
    auto value = url.option(name);
    if (!value || value->empty()) value = url.option(other);
    return value.value_or("");
}

std::optional<SslMode> parse_mode(std::string_view text) {
    if (text == "disable") return SslMode::disable;
    if (text == "allow") return SslMode::allow;
    if (text == "prefer") return SslMode::prefer;
    if (text == "require" || text == "no-verify") return SslMode::require;  // no-verify: node-postgres
    if (text == "verify-ca") return SslMode::verify_ca;
    if (text == "verify-full") return SslMode::verify_full;
    return std::nullopt;
}

// JDBC, node-postgres and asyncpg write ssl=…
std::optional<SslMode> parse_ssl(std::string_view text) {
    if (text.empty() || text == "true" || text == "1" || text == "on") return SslMode::require;
    if (text == "false" || text == "0" || text == "off") return SslMode::disable;
    return parse_mode(text);
}

Result<SslMode> read_mode(const Url& url, const LoginDefaults& defaults) {
    if (const auto mode = url.option("sslmode"); mode && !mode->empty()) {
        if (const auto parsed = parse_mode(*mode)) return *parsed;
        return wrong(url, "option 'sslmode' is disable, allow, prefer, require, verify-ca or verify-full");
    }
    if (const auto ssl = url.option("ssl")) {
        if (const auto parsed = parse_ssl(to_lower(*ssl))) return *parsed;
        return wrong(url, "option 'ssl' is true, false or the name of an sslmode");
    }
    // libpq's rule: with system certificates only the full check makes sense.
    const auto root = first_of(url, "sslrootcert", "ca");
    if (root == "system" ||
        (root.empty() && defaults.ssl_mode.empty() && defaults.root_certificate == "system"))
        return SslMode::verify_full;
    return parse_mode(defaults.ssl_mode).value_or(SslMode::prefer);
}

Result<NeededRole> read_role(const Url& url) {
    const auto role = url.option("target_session_attrs").value_or("any");
    if (role == "any" || role == "prefer-standby" || role.empty()) return NeededRole::any;
    if (role == "read-write") return NeededRole::read_write;
    if (role == "read-only") return NeededRole::read_only;
    if (role == "primary") return NeededRole::primary;
    if (role == "standby") return NeededRole::standby;
    return wrong(url,
                 "option 'target_session_attrs' is any, read-write, read-only, primary, standby or "
                 "prefer-standby");
}

Result<void> read_address(const Url& url, Login& login) {
    login.host = url.host.empty() ? url.option("host").value_or("") : url.host;
    if (login.host.empty()) return wrong(url, "no host; write SCHEME://USER:PASSWORD@HOST:PORT/DATABASE");
    if (login.host.find('/') != std::string::npos) {
        return wrong(url, "the host is a socket file; only hosts reached by TCP can be probed");
    }
    if (login.host.find(',') != std::string::npos) login.host.resize(login.host.find(','));
    if (url.port != 0) {
        login.port = url.port;
        return {};
    }
    const auto port = url.option("port").value_or("").empty() ? Result<std::optional<long>>(std::nullopt)
                                                              : integer_option(url, "port", 1, 65535);
    if (!port) return port.error();
    login.port = static_cast<std::uint16_t>(port->value_or(5432));
    return {};
}

// Units as PostgreSQL writes its own: 1 kB is 1,024 bytes.
std::optional<double> parse_bytes(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, int>, 6> kUnits{
        {{"", 0}, {"b", 0}, {"kb", 10}, {"mb", 20}, {"gb", 30}, {"tb", 40}}};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !(value > 0)) return std::nullopt;
    const auto unit = to_lower(text.substr(static_cast<std::size_t>(end - text.data())));
    for (const auto& [name, shift] : kUnits) {
        if (unit == name) return std::ldexp(value, shift);
    }
    return std::nullopt;
}

Result<void> read_expectations(const Url& url, Login& login) {
    const auto role = read_role(url);
    if (!role) return role.error();
    login.needed_role = *role;
    if (const auto limit = url.option("size_limit")) {
        login.size_limit = parse_bytes(*limit);
        if (!login.size_limit) return wrong(url, "option 'size_limit' is a size, as in size_limit=100GB");
    }
    return {};
}

Result<void> read_channel_binding(const Url& url, Login& login) {
    const auto binding = url.option("channel_binding").value_or("");
    if (binding.empty()) return {};
    if (binding != "disable" && binding != "prefer" && binding != "require")
        return wrong(url, "option 'channel_binding' is disable, prefer or require");
    login.channel_binding = binding;
    return {};
}

std::string either(const std::string& given, const std::string& otherwise) {
    return given.empty() ? otherwise : given;
}

void read_tls(const Url& url, const LoginDefaults& defaults, Login& login) {
    auto& tls = login.tls;
    tls.server_name = net::certificate_name(url.option("sni").value_or(login.host));
    tls.ca_file = either(first_of(url, "sslrootcert", "ca"), defaults.root_certificate);
    const bool named = !tls.ca_file.empty() && tls.ca_file != "system";
    if (!named) tls.ca_file.clear();
    tls.certificate_file = either(first_of(url, "sslcert", "cert"), defaults.certificate);
    tls.key_file = either(first_of(url, "sslkey", "key"), defaults.key);
    if (tls.certificate_file.empty()) tls.key_file.clear();
    // A root certificate beside sslmode=require makes libpq check the chain, as verify-ca does.
    if (login.ssl_mode == SslMode::require && named && url.option("sslmode") != "no-verify") {
        login.ssl_mode = SslMode::verify_ca;
    }
    tls.verify = login.ssl_mode == SslMode::verify_ca || login.ssl_mode == SslMode::verify_full;
    tls.verify_name = login.ssl_mode == SslMode::verify_full;
    login.key_password = Secret(url.option("sslpassword").value_or(""));
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

const char* Login::libpq_ssl_mode() const {
    switch (ssl_mode) {
        case SslMode::disable:
            return "disable";
        case SslMode::allow:
            return "allow";
        case SslMode::prefer:
            return "prefer";
        default:
            return "require";
    }
}

LoginDefaults LoginDefaults::from_environment() {
    LoginDefaults defaults;
    defaults.user = variable("PGUSER");
    defaults.password = Secret(variable("PGPASSWORD"));
    defaults.database = variable("PGDATABASE");
    defaults.ssl_mode = variable("PGSSLMODE");
    defaults.root_certificate = variable("PGSSLROOTCERT");
    defaults.certificate = variable("PGSSLCERT");
    defaults.key = variable("PGSSLKEY");
    return defaults;
}

std::span<const Option> login_options() {
    return kOptions;
}

Result<Login> read_login(const Url& url, const LoginDefaults& defaults) {
    Login login;
    if (auto address = read_address(url, login); !address) return address.error();
    login.user = url.user.empty() ? url.option("user").value_or(defaults.user) : url.user;
    if (login.user.empty()) return wrong(url, "no user, and PGUSER is not set either");
    login.password = url.password;
    if (login.password.empty()) login.password = Secret(url.option("password").value_or(""));
    if (login.password.empty()) login.password = defaults.password;
    if (url.path.size() > 1) login.database = percent_decode(std::string_view(url.path).substr(1));
    if (login.database.empty()) login.database = url.option("dbname").value_or(defaults.database);
    if (login.database.empty()) login.database = login.user;
    const auto mode = read_mode(url, defaults);
    if (!mode) return mode.error();
    login.ssl_mode = *mode;
    if (auto expected = read_expectations(url, login); !expected) return expected.error();
    if (auto binding = read_channel_binding(url, login); !binding) return binding.error();
    read_tls(url, defaults, login);
    return login;
}

}  // namespace plumb::postgres
