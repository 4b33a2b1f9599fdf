#include "probes/task/variables/shape.hpp"

#include "base/text.hpp"
#include "probes/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <boost/json/basic_parser_impl.hpp>

namespace plumb::task {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_small_letters(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// "eu-west-1", "us-gov-east-1", "ap-southeast-2": the first word is a part of the world.
bool is_region(std::string_view text) {
    constexpr std::array<std::string_view, 12> kParts{"us", "eu", "ap", "sa", "ca",   "me",
                                                      "af", "il", "cn", "mx", "eusc", "us-gov"};
    const auto words = split(text, '-');
    if (words.size() < 3 || words.size() > 4 || !is_digits(words.back()) || words.back().size() > 2)
        return false;
    if (std::find(kParts.begin(), kParts.end(), words.front()) == kParts.end()) return false;
    return std::all_of(words.begin() + 1, words.end() - 1, is_small_letters);
}

// The region in "database.abc.eu-west-1.rds.amazonaws.com".
std::string region_of_host(std::string_view host) {
    if (!host.ends_with(".amazonaws.com") && !host.ends_with(".amazonaws.com.cn") && !host.ends_with(".aws"))
        return {};
    for (const auto label : split(host, '.')) {
        if (is_region(label)) return std::string(label);
    }
    return {};
}

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

std::optional<Shape> url_shape(std::string_view value) {
    const auto end = value.find("://");
    if (end == std::string_view::npos || end == 0 || end > 48) return std::nullopt;
    const bool jdbc = value.starts_with("jdbc:");
    const auto plain = jdbc ? value.substr(5) : value;
    const auto scheme = to_lower(plain.substr(0, plain.find("://")));
    const auto known = scheme.substr(0, scheme.find('+'));  // "postgresql+asyncpg": a driver's name
    if (!is_known_scheme(known)) return std::nullopt;
    Shape shape{(jdbc ? "jdbc:" : "") + known + " URL", {}, false};
    if (const auto url = parse_url(plain)) {
        shape.place.region = region_of_host(url->host);
        shape.secret = url->password_given;
    }
    return shape;
}

}  // namespace

std::optional<AwsPlace> place_of_arn(std::string_view arn) {
    if (!arn.starts_with("arn:aws")) return std::nullopt;
    const auto parts = split(arn, ':');
    if (parts.size() < 6 || parts[2].empty() || parts[2].size() > 64) return std::nullopt;
    AwsPlace place;
    if (is_region(parts[3])) place.region = std::string(parts[3]);
    if (is_digits(parts[4]) && parts[4].size() == 12) place.account = std::string(parts[4]);
    return place;
}

Shape shape_of(std::string_view value) {
    const auto text = trim(value);
    if (text.empty()) return {"empty", {}, false};
    if (is_boolean(text)) return {"boolean", {}, false};
    if (is_number(text)) return {"number", {}, false};
    if (const auto place = place_of_arn(text)) {
        const auto service = split(text, ':')[2];
        const bool plain = std::all_of(service.begin(), service.end(), [](unsigned char c) {
            return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
        });
        return {plain ? "ARN of " + std::string(service) : "ARN", *place, false};
    }
    if (is_region(text)) return {"region", {{}, std::string(text)}, false};
    if (auto url = url_shape(text)) return *std::move(url);
    if (text.starts_with("-----BEGIN "))
        return {"PEM", {}, text.substr(0, 64).find("PRIVATE KEY") != std::string_view::npos};
    if (text.front() == '{' && is_json(text)) return {"JSON object", {}, false};
    if (text.front() == '[' && is_json(text)) return {"JSON array", {}, false};
    const auto host = text.substr(0, text.find(':'));
    return {"text", {{}, region_of_host(to_lower(host))}, false};
}

bool sounds_secret(std::string_view name) {
    constexpr std::array<std::string_view, 13> kWhole{
        "SECRET",     "SECRETS", "PASSWORD",    "PASSWD", "PASS",    "PASSPHRASE", "TOKEN",
        "CREDENTIAL", "KEY",     "CREDENTIALS", "APIKEY", "PRIVATE", "PGPASSWORD"};
    std::string upper(name);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    // An identifier of a key, or where one lies, is none.
    for (const std::string_view end : {"_ID", "_ARN", "_FILE", "_PATH", "_NAME", "_URL", "_URI", "_TTL",
                                       "_ALGORITHM", "_LENGTH", "_SECONDS", "_HOST", "_PORT"}) {
        if (upper.ends_with(end)) return false;
    }
    if (upper.find("PUBLIC") != std::string::npos) return false;
    const auto words = split(upper, '_');
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return std::find(kWhole.begin(), kWhole.end(), word) != kWhole.end();
    });
}

}  // namespace plumb::task
