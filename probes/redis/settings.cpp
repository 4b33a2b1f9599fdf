#include "probes/redis/settings.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace plumb::redis {

namespace {

constexpr std::array kOptions{
    Option{"db", "database number, when the path names none"},
    Option{"sni", "server name for TLS, when it is not the host"},
    Option{"ca", "file of trusted certificates (PEM)"},
    Option{"cert", "client certificate (PEM)"},
    Option{"key", "key of the client certificate (PEM)"},
    Option{"insecure", "1: go on when the certificate does not verify; the result stays a fact"},
    Option{"min_tls", "lowest TLS version: 1.2 (the default) or 1.3"},
    Option{"max_tls", "highest TLS version: 1.2 or 1.3"},
    Option{"ssl_cert_reqs", "redis-py's: none is insecure=1"},
    Option{"ssl_ca_certs", "redis-py's: the same as ca"},
    Option{"ssl_certfile", "redis-py's: the same as cert"},
    Option{"ssl_keyfile", "redis-py's: the same as key"},
    Option{"ssl_check_hostname", "redis-py's: false checks the chain and not the name"},
};

// The app's own client reads these from the same URL; they change nothing for a probe.
constexpr std::array<std::string_view, 26> kForeign{
    "socket_timeout",  "socket_connect_timeout", "socket_keepalive", "socket_read_size", "timeout",
    "connect_timeout", "read_timeout",           "write_timeout",    "dial_timeout",     "pool_timeout",
    "pool_size",       "max_connections",        "min_idle_conns",   "max_retries",      "retry_on_timeout",
    "retry_on_error",  "health_check_interval",  "client_name",      "clientname",       "decode_responses",
    "encoding",        "encoding_errors",        "protocol",         "family",           "ssl",
    "virtual_host"};

Result<int> database_number(std::string_view text) {
    int number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size() || number < 0) {
        return Error{"redis URL: the database is a number, as in redis://host:6379/0"};
    }
    return number;
}

bool is_foreign(std::string_view name) {
    return std::find(kForeign.begin(), kForeign.end(), name) != kForeign.end();
}

Result<void> check(const Url& url) {
    Url ours = url;
    std::erase_if(ours.query, [](const auto& option) { return is_foreign(option.first); });
    return check_options(ours, kOptions);
}

}  // namespace

std::span<const Option> options() {
    return kOptions;
}

Result<Settings> settings_of(const Url& url) {
    Settings settings;
    if (url.host.empty()) return Error{"redis URL: a host is needed, as in redis://host:6379/0"};
    settings.host = url.host;
    if (url.port != 0) settings.port = url.port;
    settings.tls = url.scheme.starts_with("rediss");
    settings.user = url.user;
    settings.password = url.password;
    settings.word_alone = !url.password_given && !url.user.empty();
    if (settings.word_alone) {  // redis://secret@host: as redis-cli and Lettuce read it
        settings.password = Secret(url.user);
        settings.user.clear();
    }
    if (auto checked = check(url); !checked) return checked.error();
    const std::string verification = to_lower(url.option("ssl_cert_reqs").value_or(""));
    settings.insecure = verification == "none" || verification == "cert_none";
    settings.ca = url.option("ssl_ca_certs").value_or("");
    settings.certificate = url.option("ssl_certfile").value_or("");
    settings.key = url.option("ssl_keyfile").value_or("");
    const auto check_name = bool_option(url, "ssl_check_hostname");
    if (!check_name) return check_name.error();
    settings.any_name = !check_name->value_or(true);
    std::string_view path = url.path;
    while (path.starts_with('/'))
        path.remove_prefix(1);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    const std::string option = url.option("db").value_or("");
    if (path.empty()) path = option;
    if (path.empty()) return settings;
    const auto database = database_number(path);
    if (!database) return database.error();
    settings.database = *database;
    return settings;
}

}  // namespace plumb::redis
