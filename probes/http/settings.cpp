#include "probes/http/settings.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace plumb::http {

namespace {

constexpr std::array kOptions{
    Option{"status", "statuses that are a success, as in 200-204,301; default 200-399"},
    Option{"method", "GET or HEAD"},
    Option{"sni", "server name for TLS, when it is not the host"},
    Option{"ca", "file of trusted certificates (PEM)"},
    Option{"cert", "client certificate (PEM)"},
    Option{"key", "key of the client certificate (PEM)"},
    Option{"insecure", "1: go on when the certificate does not verify; the result stays a fact"},
    Option{"min_tls", "lowest TLS version: 1.2 or 1.3"},
};

// Removing a shorter one wherever it stands would riddle every message.
constexpr std::size_t kShortestSecret = 4;

// Bytes that would end the request line or the field, or that RFC 3986 allows nowhere, are percent-encoded.
std::string on_the_wire(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain =
            byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
        if (plain) {
            out.push_back(c);
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned>(byte));
        }
    }
    return out;
}

Result<int> parse_status(std::string_view text) {
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || value < 100 || value > 599) {
        return Error{"http URL: status takes numbers from 100 to 599, as in status=200-204,301"};
    }
    return value;
}

Result<void> read_options(Settings& settings, const Url& options) {
    if (auto checked = check_options(options, kOptions); !checked) return checked;
    if (const auto method = options.option("method")) {
        settings.head = equals_ignore_case(*method, "head");
        if (!settings.head && !equals_ignore_case(*method, "get")) {
            return Error{"http URL: method is GET or HEAD: a probe changes nothing at the server"};
        }
    }
    if (const auto status = options.option("status")) {
        auto ranges = parse_statuses(*status);
        if (!ranges) return ranges.error();
        settings.expected = std::move(*ranges);
        settings.expected_text = *status;
    }
    return {};
}

// A peer echoes the query as it came over the wire, so each value counts as sent, as written and as decoded.
// A short one would riddle every message and hides together with its name; a part without a name is all
// value.
void add_query_secrets(std::vector<std::string>& secrets, std::string_view part) {
    const std::size_t equals = part.find('=');
    const bool named = equals != std::string_view::npos;
    const std::string_view value = named ? part.substr(equals + 1) : part;
    if (value.empty()) return;
    const std::string_view hidden = value.size() < kShortestSecret ? part : value;
    if (hidden.size() < kShortestSecret && !named) return;
    for (const std::string& form : {on_the_wire(hidden), std::string(hidden), percent_decode(hidden)}) {
        if (std::find(secrets.begin(), secrets.end(), form) == secrets.end()) secrets.push_back(form);
    }
}

void collect_secrets(Settings& settings, const Url& url) {
    settings.quotable =
        url.query.empty() && url.raw_query.empty() && url.user.empty() && url.password.empty();
    for (const std::string_view part : split(url.raw_query, '&'))
        add_query_secrets(settings.secrets, part);
    // https://TOKEN@host: the user alone is the secret.
    const std::string& token = url.password.empty() ? url.user : url.password.reveal();
    if (token.size() >= kShortestSecret) settings.secrets.push_back(token);
    // What holds another must go first, or a piece of it stays.
    std::stable_sort(settings.secrets.begin(), settings.secrets.end(),
                     [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

}  // namespace

std::span<const Option> options() {
    return kOptions;
}

Result<std::vector<StatusRange>> parse_statuses(std::string_view text) {
    std::vector<StatusRange> ranges;
    for (const std::string_view part : split(text, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = parse_status(part.substr(0, dash));
        if (!first) return first.error();
        const auto last = dash == std::string_view::npos ? first : parse_status(part.substr(dash + 1));
        if (!last) return last.error();
        if (*last < *first)
            return Error{"http URL: a range of statuses begins with the smaller one, as in status=200-204"};
        ranges.push_back({*first, *last});
    }
    return ranges;
}

Url options_view(const Url& url) {
    Url view = url;
    view.query = url.fragment;
    return view;
}

Result<Settings> settings_of(const Url& url, bool strict) {
    Settings settings;
    if (url.host.empty()) return Error{"http URL: a host is needed, as in https://api.example.com/health"};
    settings.host = url.host;
    settings.tls = url.scheme.starts_with("https");
    settings.port = url.port != 0 ? url.port : static_cast<std::uint16_t>(settings.tls ? 443 : 80);
    settings.user = url.user;
    settings.password = url.password;
    settings.request_target = url.path.empty() ? "/" : on_the_wire(url.path);
    if (!url.raw_query.empty()) settings.request_target += "?" + on_the_wire(url.raw_query);
    collect_secrets(settings, url);
    if (!strict) return settings;
    if (auto read = read_options(settings, options_view(url)); !read) return read.error();
    return settings;
}

}  // namespace plumb::http
