#include "probes/http/request.hpp"

#include "base/text.hpp"
#include "probes/http/wire_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::http {

namespace {

constexpr std::string_view kUserAgent = "plumbline/" PLUMB_VERSION;

std::string authority(const Hop& hop) {
    return host_field(hop.host, hop.port, hop.tls ? 443 : 80);
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
}

bool gives(const Settings& settings, const Hop& hop, std::string_view name) {
    return hop.home &&
           std::any_of(settings.fields.begin(), settings.fields.end(),
                       [name](const Field& field) { return equals_ignore_case(field.name, name); });
}

void append_given_fields(std::string& text, const Settings& settings, const Hop& hop) {
    if (!hop.home) return;
    for (const auto& field : settings.fields)
        append_field(text, field.name, field.value.reveal());
    const Secret credentials = basic_credentials(settings.user, settings.password);
    if (!credentials.empty() && !gives(settings, hop, "authorization"))
        append_field(text, "Authorization", "Basic " + credentials.reveal());
}

void append_proxy_authorization(std::string& text, const Proxy& proxy) {
    const Secret credentials = basic_credentials(proxy.user, proxy.password);
    if (!credentials.empty()) append_field(text, "Proxy-Authorization", "Basic " + credentials.reveal());
}

// RFC 3986 §5.2.4.
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto segments = split(path, '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const bool last = i + 1 == segments.size();
        const bool dots = segments[i] == "." || segments[i] == "..";
        if (segments[i] == ".." && kept.size() > 1) kept.pop_back();
        if (!dots) kept.push_back(segments[i]);
        if (dots && last) kept.emplace_back();
    }
    std::string out;
    for (std::size_t i = 0; i < kept.size(); ++i)
        out.append(i == 0 ? "" : "/").append(kept[i]);
    return out;
}

// Where `reference` points from the URL of `base` (RFC 3986 §5.2). A colon before the first of "/?" ends a
// scheme, also of what is no URL with a host: "javascript:x" (§4.2).
std::string absolute(const Hop& base, std::string_view reference) {
    const auto colon = reference.find(':');
    if (colon != std::string_view::npos && reference.find_first_of("/?") > colon)
        return std::string(reference);
    const std::string scheme = base.tls ? "https:" : "http:";
    if (reference.starts_with("//")) return scheme + std::string(reference);
    const std::string origin = scheme + "//" + authority(base);
    if (reference.starts_with('/')) return origin + std::string(reference);
    const std::string_view target = base.request_target;
    const auto path = target.substr(0, target.find('?'));
    if (reference.empty() || reference.starts_with('?'))
        return origin + std::string(path) + std::string(reference);
    return origin + std::string(path.substr(0, path.rfind('/') + 1)) + std::string(reference);
}

net::Failed refused(std::string words) {
    return {Cause::peer_unexpected, std::move(words)};
}

}  // namespace

Hop first_hop(const Settings& settings) {
    return {settings.tls,    settings.host,          settings.port, settings.request_target,
            settings.method, !settings.body.empty(), true};
}

bool is_redirect(const Head& head) {
    const bool points = head.status == 301 || head.status == 302 || head.status == 303 ||
                        head.status == 307 || head.status == 308;
    return points && !head.field("location").empty();
}

net::IoResult<Hop> follow(const Settings& settings, const Hop& from, const Head& head) {
    const auto location = head.field("location");
    auto url = parse_url(absolute(from, location.substr(0, location.find('#'))));
    const bool usable = url && (url->scheme == "http" || url->scheme == "https") && !url->host.empty() &&
                        url->other_hosts.empty();
    if (!usable) return refused("a redirect to what is no http URL");
    url->path = without_dots(url->path);
    Hop next = from;
    next.tls = url->scheme == "https";
    next.host = url->host;
    next.port = url->port != 0 ? url->port : static_cast<std::uint16_t>(next.tls ? 443 : 80);
    next.request_target = request_target_of(*url);
    if (from.tls && !next.tls && !settings.downgrade)
        return refused("a redirect from https to http, which is followed with downgrade=1 only");
    const bool same_origin = next.tls == from.tls && next.host == from.host && next.port == from.port;
    next.home = from.home && same_origin;
    const bool to_get = head.status == 303 || (head.status <= 302 && next.method == "POST");
    if (to_get && next.method != "HEAD") {
        next.method = "GET";
        next.has_body = false;
    }
    if (next.has_body && !next.home) return refused("a redirect that would send the body to another origin");
    return next;
}

Secret request(const Settings& settings, const Hop& hop, const RequestForm& form) {
    std::string text = hop.method + " ";
    if (form.proxy != nullptr) text += "http://" + authority(hop);
    text += hop.request_target + " HTTP/1.1\r\n";
    if (!gives(settings, hop, "host")) append_field(text, "Host", authority(hop));
    if (!gives(settings, hop, "user-agent")) append_field(text, "User-Agent", kUserAgent);
    if (!gives(settings, hop, "accept")) append_field(text, "Accept", "*/*");
    append_field(text, "Accept-Encoding", "identity");
    if (!form.keep_alive) append_field(text, "Connection", "close");
    append_given_fields(text, settings, hop);
    if (form.proxy != nullptr) append_proxy_authorization(text, *form.proxy);
    const bool announces =
        hop.has_body || hop.method == "POST" || hop.method == "PUT" || hop.method == "PATCH";
    if (announces)
        append_field(text, "Content-Length",
                     std::to_string(hop.has_body ? settings.body.reveal().size() : 0));
    text += "\r\n";
    if (hop.has_body) text += settings.body.reveal();
    return Secret(std::move(text));
}

Secret connect_request(const Hop& hop, const Proxy& proxy) {
    const std::string place = host_field(hop.host, hop.port, 0);
    std::string text = fmt::format("CONNECT {} HTTP/1.1\r\n", place);
    append_field(text, "Host", place);
    append_field(text, "User-Agent", kUserAgent);
    append_proxy_authorization(text, proxy);
    text += "\r\n";
    return Secret(std::move(text));
}

}  // namespace plumb::http
