#include "controller/ctl/address.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstdint>
#include <netinet/in.h>
#include <string>

#include <fmt/format.h>

namespace plumb::ctl {
namespace {

Error no_address(std::string_view text) {
    return Error{
        fmt::format("--controller: '{}' is no HOST:PORT; right would be plumb.internal:7443, "
                    "127.0.0.1:7443 or [::1]:7443",
                    sanitize(text))};
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, port);
    return failed == std::errc() && stopped == end && port != 0;
}

bool is_host_name(std::string_view host) {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return !host.empty() && host.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<ControllerAddress> parse_controller_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return no_address(text);
    std::string host(text.substr(0, colon));
    if (host.starts_with('[')) {
        in6_addr v6{};
        if (!host.ends_with(']') || inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) != 1) {
            return no_address(text);
        }
        return ControllerAddress{IN6_IS_ADDR_LOOPBACK(&v6) != 0};
    }
    if (!is_host_name(host)) return no_address(text);
    in_addr v4{};
    const bool literal = inet_pton(AF_INET, host.c_str(), &v4) == 1;
    // A name that only begins like one ("127.0.0.1.example.com") may be anywhere.
    return ControllerAddress{literal ? (ntohl(v4.s_addr) >> 24) == 127 : to_lower(host) == "localhost"};
}

}  // namespace plumb::ctl
