#include "probes/task/variables/shape.hpp"

#include "base/text.hpp"
#include "probes/task/variables/secret_names.hpp"
#include "probes/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>

namespace plumb::task {
namespace {

bool is_boolean(std::string_view value) {
    constexpr std::array<std::string_view, 8> kWords{"true", "false", "yes",     "no",
                                                     "on",   "off",   "enabled", "disabled"};
    if (value.size() > 8) return false;
    const auto lower = to_lower(value);
    return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool is_number(std::string_view value) {
    if (value.starts_with('+')) value.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    // "inf" and "nan" are words to people.
    return error == std::errc{} && end == value.data() + value.size() &&
           value.find_first_of("0123456789") != std::string_view::npos;
}

// Checks the syntax and keeps nothing: what it passes over may be a secret.
struct NoHandler {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    using Code = boost::json::error_code;
    using Text = boost::json::string_view;
    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return true; }
    bool on_object_end(std::size_t, Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_key_part(Text, std::size_t, Code&) { return true; }
    bool on_key(Text, std::size_t, Code&) { return true; }
    bool on_string_part(Text, std::size_t, Code&) { return true; }
    bool on_string(Text, std::size_t, Code&) { return true; }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t, Text, Code&) { return true; }
    bool on_uint64(std::uint64_t, Text, Code&) { return true; }
    bool on_double(double, Text, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }
};

bool is_json(std::string_view value) {
    boost::json::basic_parser<NoHandler> parser(boost::json::parse_options{});
    boost::json::error_code error;
    const auto used = parser.write_some(false, value.data(), value.size(), error);
    return !error && used == value.size();
}

// The schemes that apps use. Another one may be the beginning of a secret, and is not told.
bool is_known_scheme(std::string_view scheme) {
    constexpr std::array<std::string_view, 41> kKnown{
        "amqp", "amqps", "bolt",    "cassandra", "clickhouse", "dns",   "elasticsearch", "file",  "ftp",
        "ftps", "grpc",  "grpcs",   "gs",        "http",       "https", "imap",          "imaps", "kafka",
        "ldap", "ldaps", "mariadb", "memcached", "mongodb",    "mqtt",  "mqtts",         "mssql", "mysql",
        "nats", "neo4j", "oracle",  "postgres",  "postgresql", "redis", "rediss",        "s3",    "sftp",
        "smtp", "smtps", "sqlite",  "sqlserver", "tcp"};
    return std::find(kKnown.begin(), kKnown.end(), scheme) != kKnown.end() || scheme == "tls" ||
           scheme == "ws" || scheme == "wss";
}

// Where no user is without a password, a lone one is a token: https://TOKEN@host. A short one is a name, as
// in https://git@host.
constexpr std::size_t kShortestToken = 8;

bool user_is_a_token(std::string_view scheme) {
    constexpr std::array<std::string_view, 6> kSchemes{"http", "https", "redis", "rediss", "grpc", "grpcs"};
    return std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end();
}

std::optional<Shape> url_shape(std::string_view value) {
    const auto end = value.find("://");
    if (end == std::string_view::npos || end == 0 || end > 48) return std::nullopt;
    const bool jdbc = value.starts_with("jdbc:");
    const auto plain = jdbc ? value.substr(5) : value;
    const auto scheme = to_lower(plain.substr(0, plain.find("://")));
    const auto known = scheme.substr(0, scheme.find('+'));  // "postgresql+asyncpg": a driver's name
    if (!is_known_scheme(known)) return std::nullopt;
    Shape shape{(jdbc ? "jdbc:" : "") + known + " URL", {}, false};
    shape.secret = holds_named_secret(value);
    if (const auto url = parse_url(plain)) {
        shape.place = place_of_host(url->host, url->path);
        const bool token = url->user.size() >= kShortestToken && user_is_a_token(known);
        shape.secret = shape.secret || url->password_given || token;
    }
    return shape;
}

}  // namespace

Shape shape_of(std::string_view value) {
    const auto text = trim(value);
    if (text.empty()) return {"empty", {}, false};
    if (is_boolean(text)) return {"boolean", {}, false};
    if (is_number(text)) return {"number", {}, false};
    if (const auto place = place_of_arn(text)) {
        const auto service = service_of_arn(text);
        return {service.empty() ? "ARN" : "ARN of " + std::string(service), *place, false};
    }
    if (is_region(text)) return {"region", {{}, std::string(text)}, false};
    if (auto url = url_shape(text)) return *std::move(url);
    if (text.starts_with("-----BEGIN "))
        return {"PEM", {}, text.substr(0, 64).find("PRIVATE KEY") != std::string_view::npos};
    if (text.front() == '{' && is_json(text)) return {"JSON object", {}, false};
    if (text.front() == '[' && is_json(text)) return {"JSON array", {}, false};
    const auto end = std::min(text.find_first_of(":/"), text.size());
    return {"text", place_of_host(to_lower(text.substr(0, end)), text.substr(end)), holds_named_secret(text)};
}

}  // namespace plumb::task
