#include "probes/url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>
#include <string.h>

namespace plumb {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_alnum(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_encode(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_alnum(c) || std::string_view("-._~").find(c) != npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        }
    }
    return out;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A token is often given as the user alone: https://TOKEN@host, redis://TOKEN@host.
bool user_may_be_a_token(std::string_view scheme) {
    static constexpr std::array<std::string_view, 6> kSchemes{"http",   "https", "redis",
                                                              "rediss", "grpc",  "grpcs"};
    return std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end();
}

// In a path of these an '@' is ordinary; in any other scheme's it is the end of a password that holds a '/'.
bool path_may_hold_at(std::string_view scheme) {
    return scheme == "dns" || ((scheme.substr(0, 4) == "http" || scheme.substr(0, 4) == "grpc"));
}

bool is_port(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

std::string_view after_host(std::string_view host_port) {
    const auto bracket = host_port.rfind(']');
    const auto colon = host_port.find(':', bracket == npos ? 0 : bracket);
    return colon == npos ? std::string_view{} : host_port.substr(colon);
}

bool plausible_host(std::string_view scheme, std::string_view hosts) {
    const auto parts = split(hosts, ',');
    if (parts.size() > 1 && path_may_hold_at(scheme)) return false;  // nobody lists web hosts
    return std::all_of(parts.begin(), parts.end(), [](std::string_view host) {
        const auto port = after_host(host);
        return !host.empty() && host.front() != ':' && (port.empty() || is_port(port.substr(1)));
    });
}

// Whether the delimiter at `end` belongs to an unescaped password: an '@' follows that cannot stand where the
// URL would otherwise have it.
bool inside_password(std::string_view scheme, std::string_view rest, std::size_t end) {
    const auto next_at = rest.find('@', end);
    if (end == 0 || next_at == npos) return false;
    const auto authority = rest.substr(0, end);
    const auto at = authority.rfind('@');
    if (!plausible_host(scheme, at == npos ? authority : authority.substr(at + 1))) return true;
    const auto between = rest.substr(end, next_at - end);
    if (const auto query = between.find('?'); query != npos && between.find('=', query) != npos) return false;
    if (rest[end] == '#') return between.find('/') == npos;
    return !path_may_hold_at(scheme);
}

// Where the authority ends. By RFC 3986 at the first of "/?#"; but drivers accept those in a password.
std::size_t authority_end(std::string_view scheme, std::string_view rest) {
    auto end = std::min(rest.find_first_of("/?#"), rest.size());
    while (end < rest.size() && inside_password(scheme, rest, end)) {
        end = std::min(rest.find_first_of("/?#", rest.find('@', end)), rest.size());
    }
    return end;
}

Error bad(std::string_view scheme, std::string_view what) {
    return Error{std::string(scheme) + " URL: " + std::string(what)};
}

bool valid_name(std::string_view host) {
    return host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
               return is_alnum(c) || c == '-' || c == '.' || c == '_';
           });
}

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

Result<HostPort> parse_host(std::string_view scheme, std::string_view text) {
    HostPort out;
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        if (close == npos) return bad(scheme, "an IPv6 address has no closing ']'");
        out.host = text.substr(1, close - 1);
        // The zone of a link-local address is set off by an escaped '%' (RFC 6874), often also by a plain
        // one.
        if (const auto zone = out.host.find("%25"); zone != std::string::npos) out.host.erase(zone + 1, 2);
        in6_addr address{};
        const std::string plain = out.host.substr(0, out.host.find('%'));
        if (inet_pton(AF_INET6, plain.c_str(), &address) != 1)
            return bad(scheme, "no IPv6 address in the brackets");
        port = text.substr(close + 1);
        if (!port.empty() && port.front() != ':') return bad(scheme, "only ':PORT' may follow ']'");
    } else {
        const auto colon = text.find(':');
        if (colon != npos && text.find(':', colon + 1) != npos) {
            return bad(scheme, "more than one ':' in the host; write an IPv6 address as [2001:db8::1]");
        }
        out.host = percent_decode(text.substr(0, colon));
        if (!out.host.empty() && out.host.front() == '/') {
            return bad(scheme, "the host is a socket file; only hosts reached by TCP can be probed");
        }
        if (!valid_name(out.host)) {
            return bad(scheme,
                       "the host holds a character that no host name has; escape special characters of a "
                       "password as %NN, and write international names in their xn-- form");
        }
        port = colon == npos ? std::string_view{} : text.substr(colon);
    }
    if (port.size() > 1) {
        if (!is_port(port.substr(1))) return bad(scheme, "the port is no number from 1 to 65535");
        std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
    }
    out.host = to_lower(out.host);
    return out;
}

// "a=1&b=2" → pairs, decoded.
std::vector<std::pair<std::string, std::string>> parse_pairs(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto part : split(text, '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        std::string value = equals == npos ? std::string{} : percent_decode(part.substr(equals + 1));
        pairs.emplace_back(percent_decode(part.substr(0, equals)), std::move(value));
    }
    return pairs;
}

Result<void> parse_hosts(std::string_view text, Url& url) {
    const auto comma = text.find(',');
    auto first = parse_host(url.scheme, text.substr(0, comma));
    if (!first) return first.error();
    url.host = std::move(first->host);
    url.port = first->port;
    if (comma == npos) return {};
    for (const auto other : split(text.substr(comma + 1), ',')) {
        if (auto parsed = parse_host(url.scheme, other); !parsed) return parsed.error();
    }
    url.other_hosts = to_lower(text.substr(comma + 1));
    return {};
}

bool valid_scheme(std::string_view scheme) {
    if (scheme.empty() || scheme.size() > 32 || std::isalpha(static_cast<unsigned char>(scheme[0])) == 0)
        return false;
    return std::all_of(scheme.begin(), scheme.end(),
                       [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

// What is no plain option name may be part of a secret that was split at the wrong place.
bool plain_option_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
}

}  // namespace

Secret::~Secret() {
    // A moved-from short string still holds its bytes in place, so the whole buffer is wiped, not size()
    // bytes.
    value_.resize(value_.capacity());
    explicit_bzero(value_.data(), value_.size());
}

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

Result<Url> parse_url(std::string_view text) {
    text = trim(text);
    if (text.size() > kMaxUrlBytes) return Error{"a URL of more than 8192 bytes"};
    const auto separator = text.find("://");
    if (separator == npos || !valid_scheme(text.substr(0, separator))) {
        return Error{"not a URL: a target is written SCHEME://HOST:PORT, such as tcp://db:5432"};
    }
    Url url;
    url.scheme = to_lower(text.substr(0, separator));
    if (has_control(text)) return bad(url.scheme, "a control character or line break inside");

    auto rest = text.substr(separator + 3);
    const auto end = authority_end(url.scheme, rest);
    auto authority = rest.substr(0, end);
    rest.remove_prefix(end);
    if (const auto at = authority.rfind('@'); at != npos) {
        const auto info = authority.substr(0, at);
        const auto colon = info.find(':');
        url.user = percent_decode(info.substr(0, colon));
        url.password_given = colon != npos;
        if (url.password_given) url.password = Secret(percent_decode(info.substr(colon + 1)));
        authority.remove_prefix(at + 1);
    }
    if (auto hosts = parse_hosts(authority, url); !hosts) return hosts.error();
    if (const auto hash = rest.find('#'); hash != npos) {
        url.fragment = parse_pairs(rest.substr(hash + 1));
        rest = rest.substr(0, hash);
    }
    const auto question = rest.find('?');
    url.path = rest.substr(0, question);
    if (question != npos) {
        url.raw_query = rest.substr(question + 1);
        url.query = parse_pairs(url.raw_query);
    }

    bool escaped_control = has_control(url.user) || has_control(url.password.reveal());
    for (const auto& [name, value] : url.query)
        escaped_control = escaped_control || has_control(name + value);
    if (escaped_control) return bad(url.scheme, "an escaped control character (%00 to %1F) inside");
    return url;
}

std::optional<std::string> Url::option(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::string Url::redacted(const std::vector<std::string_view>& open_options) const {
    const bool token = password.empty() && user_may_be_a_token(scheme);
    std::string out = scheme + "://";
    if (!user.empty()) out += token ? "***" : percent_encode(user);
    if (!password.empty()) out += ":***";
    if (!user.empty() || !password.empty()) out += '@';
    out += host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != 0) out += ':' + std::to_string(port);
    if (!other_hosts.empty()) out += ',' + other_hosts;
    // An '@' in a path may be the end of a password that held a '/'.
    const auto at = path.find('@');
    out += at == std::string::npos ? path : "/***" + path.substr(at);
    char separator = '?';
    for (const auto& [name, value] : query) {
        // The query of http belongs to the server: `key` there is an API key, not the probe's option.
        const bool open = scheme.substr(0, 4) != "http" &&
                          std::find(open_options.begin(), open_options.end(), name) != open_options.end();
        out += separator;
        separator = '&';
        if (open) {
            out += name + '=' + value;
        } else if (plain_option_name(name) && !value.empty()) {
            out += name + "=***";
        } else {
            out += "***";
        }
    }
    return sanitize(out, kMaxUrlBytes);
}

}  // namespace plumb
