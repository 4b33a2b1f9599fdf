#include "probes/http/proxy.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace plumb::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    auto address = ip::make_address(std::string(text), error);
    if (error) return std::nullopt;
    return address;
}

bool lies_in(std::string_view network, const ip::address& address) {
    boost::system::error_code error;
    if (address.is_v4()) {
        const auto range = ip::make_network_v4(std::string(network), error);
        const ip::network_v4 of_address(address.to_v4(), 32);
        return !error && (of_address.is_subnet_of(range) || of_address == range);
    }
    const auto range = ip::make_network_v6(std::string(network), error);
    const ip::network_v6 of_address(address.to_v6(), 128);
    return !error && (of_address.is_subnet_of(range) || of_address == range);
}

// "example.com:8080" → false when the port is another one; the port goes.
bool take_port(std::string_view& entry, std::uint16_t port) {
    const auto colon = entry.rfind(':');
    const bool v6 = entry.find(':') != colon && !entry.starts_with('[');
    if (colon == std::string_view::npos || v6 || entry.ends_with(']')) return true;
    const auto text = entry.substr(colon + 1);
    entry = entry.substr(0, colon);
    return text == std::to_string(port);
}

bool covers(std::string_view entry, std::string_view host, std::uint16_t port) {
    if (entry == "*") return true;
    if (entry.find('/') == std::string_view::npos && !take_port(entry, port)) return false;
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    if (const auto address = parse_address(host)) {
        if (entry.find('/') != std::string_view::npos) return lies_in(entry, *address);
        return parse_address(entry) == address;
    }
    if (entry.starts_with("*.")) entry.remove_prefix(1);
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.ends_with('.')) entry.remove_suffix(1);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (entry.empty() || entry.size() > host.size()) return false;
    const auto tail = host.substr(host.size() - entry.size());
    const bool whole_label = tail.size() == host.size() || host[host.size() - tail.size() - 1] == '.';
    return whole_label && equals_ignore_case(tail, entry);
}

std::string first_set(const Variables& variables, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (auto value = variables(name); !value.empty()) return value;
    }
    return {};
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view text) {
    const bool has_scheme = text.find("://") != std::string_view::npos;
    const auto url = parse_url(has_scheme ? std::string(text) : "http://" + std::string(text));
    if (!url) return Error{url.error().message};
    if (url->scheme != "http")
        return Error{"a proxy of scheme '" + show_words(url->scheme) + "'; only http:// proxies can be used"};
    if (url->host.empty()) return Error{"a proxy needs a host, as in http://proxy.internal:3128"};
    Proxy proxy;
    proxy.host = url->host;
    if (url->port != 0) proxy.port = url->port;
    proxy.user = url->user;
    proxy.password = url->password;
    return proxy;
}

bool goes_straight(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
    if (no_proxy.empty()) return false;
    std::string list(no_proxy);
    std::replace_if(
        list.begin(), list.end(), [](char c) { return c == ' ' || c == '\t'; }, ',');
    const auto entries = split(list, ',');
    return std::any_of(entries.begin(), entries.end(),
                       [&](std::string_view entry) { return !entry.empty() && covers(entry, host, port); });
}

std::string process_variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Route::Way Route::way_of(const Variables& variables, std::initializer_list<const char*> names,
                         std::string_view name) {
    auto text = first_set(variables, names);
    if (text.empty()) text = first_set(variables, {"all_proxy", "ALL_PROXY"});
    Way way;
    if (text.empty()) return way;
    auto proxy = parse_proxy(trim(text));
    if (proxy) {
        way.proxy = *std::move(proxy);
    } else {
        way.obstacle = std::string(name) + " (or ALL_PROXY): " + proxy.error().message +
                       "; proxy=none in the target's URL goes without";
    }
    return way;
}

Result<Route> Route::make(const std::optional<std::string>& option, const Variables& variables) {
    Route route;
    if (option == "none") return route;
    if (!option || option == "env") {
        const bool is_cgi = !variables("REQUEST_METHOD").empty();
        route.plain_ = is_cgi ? way_of(variables, {"http_proxy"}, "HTTP_PROXY")
                              : way_of(variables, {"http_proxy", "HTTP_PROXY"}, "HTTP_PROXY");
        route.tls_ = way_of(variables, {"https_proxy", "HTTPS_PROXY"}, "HTTPS_PROXY");
        route.no_proxy_ = first_set(variables, {"no_proxy", "NO_PROXY"});
        return route;
    }
    auto proxy = parse_proxy(*option);
    if (!proxy)
        return Error{"http URL: option 'proxy' is http://HOST:PORT, env or none: " + proxy.error().message};
    route.plain_.proxy = *proxy;
    route.tls_.proxy = *std::move(proxy);
    return route;
}

const Route::Way& Route::way(bool tls, std::string_view host, std::uint16_t port) const {
    return goes_straight(no_proxy_, host, port) ? straight_ : tls ? tls_ : plain_;
}

const Proxy* Route::through(bool tls, std::string_view host, std::uint16_t port) const {
    const auto& found = way(tls, host, port);
    return found.proxy ? &*found.proxy : nullptr;
}

std::vector<const Proxy*> Route::proxies() const {
    std::vector<const Proxy*> all;
    for (const Way* way : {&plain_, &tls_}) {
        if (way->proxy) all.push_back(&*way->proxy);
    }
    return all;
}

std::string Route::obstacle(bool tls, std::string_view host, std::uint16_t port) const {
    return way(tls, host, port).obstacle;
}

}  // namespace plumb::http
