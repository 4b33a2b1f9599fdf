#include "probes/http/settings.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "probes/http/wire_text.hpp"
#include "probes/net/tls.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace plumb::http {

namespace {

constexpr std::array kOptions{
    Option{"method", "GET (the default), HEAD, OPTIONS, POST, PUT, PATCH or DELETE"},
    Option{"header", "Name:value to send; may be given again; the value never shows"},
    Option{"body", "what to send, with POST unless method says otherwise"},
    Option{"body_file", "the same from a file, at most 1 MiB"},
    Option{"status", "statuses that are a success, as in 200-204,301; default 200-399"},
    Option{"header_match", "Name:pattern (RE2) that a header of the answer must match; may be given again"},
    Option{"header_not_match", "Name:pattern that no header of that name may match; may be given again"},
    Option{"body_match", "pattern that must be found in the body; may be given again"},
    Option{"body_not_match", "pattern that must not be found in the body; may be given again"},
    Option{"json", "/pointer=value that the JSON body must hold (RFC 6901); may be given again"},
    Option{"redirects", "how many redirects to follow, 0 (the default) to 10"},
    Option{"downgrade", "1: also follow a redirect from https to http"},
    Option{"proxy", "http://HOST:PORT, env (the default: HTTP_PROXY, HTTPS_PROXY, NO_PROXY) or none"},
};

constexpr std::array<std::string_view, 6> kRepeatable{"header",     "header_match",   "header_not_match",
                                                      "body_match", "body_not_match", "json"};
constexpr std::array<std::string_view, 7> kMethods{"GET", "HEAD",  "OPTIONS", "POST",
                                                   "PUT", "PATCH", "DELETE"};
// They belong to the connection or follow from the body.
constexpr std::array<std::string_view, 9> kOwnFields{"connection", "content-length", "transfer-encoding",
                                                     "te",         "trailer",        "upgrade",
                                                     "expect",     "keep-alive",     "accept-encoding"};
constexpr std::size_t kMaxFields = 32;

bool has(const auto& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// What may be given again stands once for the check.
Result<void> check(const Url& options) {
    Url once = options;
    std::vector<std::string> seen;
    std::erase_if(once.query, [&seen](const auto& option) {
        if (!has(kRepeatable, option.first)) return false;
        if (has(seen, option.first)) return true;
        seen.push_back(option.first);
        return false;
    });
    return check_options(once, kOptions, net::tls_options_without_alpn());
}

Result<void> add_field(Settings& settings, std::string_view text) {
    const auto colon = std::min(text.find(':'), text.size());
    const std::string_view name = trim(text.substr(0, colon));
    const std::string_view value = trim(text.substr(std::min(colon + 1, text.size())));
    if (colon == text.size() || !is_token(name) || !is_field_value(value))
        return Error{"http URL: option 'header' is a name and a value, as in header=Accept:text/plain"};
    if (has(kOwnFields, to_lower(name)))
        return Error{fmt::format("http URL: option 'header': the probe sets {} itself", name)};
    if (settings.fields.size() == kMaxFields)
        return Error{fmt::format("http URL: option 'header' stands more than {} times", kMaxFields)};
    settings.fields.push_back({std::string(name), Secret(std::string(value))});
    settings.echo.add_text(value);
    return {};
}

Result<void> read_method(Settings& settings, const Url& options) {
    const auto method = options.option("method");
    if (!method) {
        if (!settings.body.empty()) settings.method = "POST";
        return {};
    }
    std::string upper;
    for (const char c : *method)
        upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (!has(kMethods, upper))
        return Error{"http URL: method is GET, HEAD, OPTIONS, POST, PUT, PATCH or DELETE"};
    settings.method = upper;
    return {};
}

Result<void> read_body(Settings& settings, const Url& options) {
    const auto body = options.option("body");
    const auto file = options.option("body_file");
    if (body && file) return Error{"http URL: option 'body' or 'body_file', not both"};
    if (body) settings.body = Secret(*body);
    if (file) {
        auto text = read_regular_file(*file);
        if (!text) return Error{"http URL: option 'body_file': " + text.error().message};
        settings.body = Secret(*std::move(text));
    }
    settings.echo.add_text(settings.body.reveal());
    return {};
}

Result<void> read_request(Settings& settings, const Url& options) {
    for (const auto& [name, value] : options.query) {
        if (name != "header") continue;
        if (auto added = add_field(settings, value); !added) return added;
    }
    if (auto read = read_body(settings, options); !read) return read;
    if (auto read = read_method(settings, options); !read) return read;
    const auto redirects = integer_option(options, "redirects", 0, 10);
    if (!redirects) return redirects.error();
    settings.redirects = static_cast<int>(redirects->value_or(0));
    const auto downgrade = bool_option(options, "downgrade");
    if (!downgrade) return downgrade.error();
    settings.downgrade = downgrade->value_or(false);
    return {};
}

Result<void> read_options(Settings& settings, const Url& options) {
    if (auto checked = check(options); !checked) return checked;
    if (auto read = read_request(settings, options); !read) return read;
    auto expected = read_expectation(options);
    if (!expected) return expected.error();
    if (settings.method == "HEAD" && expected->reads_body())
        return Error{
            "http URL: an answer to HEAD has no body, so body_match, body_not_match and json say nothing"};
    settings.expected = *std::move(expected);
    return {};
}

}  // namespace

std::vector<Option> options() {
    std::vector<Option> all(kOptions.begin(), kOptions.end());
    const auto tls = net::tls_options_without_alpn();
    all.insert(all.end(), tls.begin(), tls.end());
    return all;
}

Url options_view(const Url& url) {
    Url view = url;
    view.query = url.fragment;
    return view;
}

std::string request_target_of(const Url& url) {
    std::string target = url.path.empty() ? "/" : on_the_wire(url.path);
    if (!url.raw_query.empty()) target += "?" + on_the_wire(url.raw_query);
    return target;
}

Result<Settings> settings_of(const Url& url, bool strict, const Variables& variables) {
    Settings settings;
    if (url.host.empty()) return Error{"http URL: a host is needed, as in https://api.example.com/health"};
    settings.host = url.host;
    settings.tls = url.scheme.starts_with("https");
    settings.port = url.port != 0 ? url.port : static_cast<std::uint16_t>(settings.tls ? 443 : 80);
    settings.user = url.user;
    settings.password = url.password;
    settings.request_target = request_target_of(url);
    settings.echo.add_query(url.raw_query);
    settings.echo.add_userinfo(url.user, url.password);
    const Url given = options_view(url);
    if (strict) {
        if (auto read = read_options(settings, given); !read) return read.error();
    }
    settings.quotable = url.raw_query.empty() && url.user.empty() && url.password.empty() &&
                        settings.fields.empty() && settings.body.empty();
    // A target that is only connected to goes straight: through a proxy it would show the proxy alone.
    auto route = Route::make(strict ? given.option("proxy") : "none", variables);
    if (!route) return route.error();
    settings.route = *std::move(route);
    for (const Proxy* proxy : settings.route.proxies()) {
        settings.echo.add_userinfo(proxy->user, proxy->password);
        settings.quotable = settings.quotable && proxy->user.empty() && proxy->password.empty();
    }
    return settings;
}

}  // namespace plumb::http
