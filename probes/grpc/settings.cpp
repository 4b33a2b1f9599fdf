#include "probes/grpc/settings.hpp"

#include "base/text.hpp"
#include "probes/net/tls.hpp"
#include "probes/scrub.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace plumb::grpc_health {
namespace {

constexpr std::array kOptions{
    Option{"header", "name:value to send as metadata; may be given again", true},
    Option{"authority", "the :authority to ask for, when it is not the URL's host and port"},
};
// They belong to the protocol (doc/PROTOCOL-HTTP2.md).
constexpr std::array<std::string_view, 6> kReserved{"te",   "content-type", "user-agent",
                                                    "host", "connection",   "content-length"};
constexpr std::size_t kMaxMetadata = 32;
constexpr std::size_t kMaxService = 255;
constexpr std::size_t kShortestSecret = 4;  // a shorter one would riddle every message

bool is_metadata_name(std::string_view name) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), good);
}

bool is_metadata_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

Result<void> add_metadata(Settings& settings, std::string_view text) {
    const auto colon = std::min(text.find(':'), text.size());
    const std::string name = to_lower(trim(text.substr(0, colon)));
    const std::string_view value = trim(text.substr(std::min(colon + 1, text.size())));
    if (colon == text.size() || !is_metadata_name(name) || !is_metadata_value(value))
        return Error{
            "grpc URL: option 'header' is a name and a value, as in header=authorization:Bearer%20TOKEN"};
    const bool reserved = std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
    if (reserved || name.starts_with("grpc-"))
        return Error{fmt::format("grpc URL: option 'header': the probe sets {} itself", name)};
    if (settings.metadata.size() == kMaxMetadata)
        return Error{fmt::format("grpc URL: option 'header' stands more than {} times", kMaxMetadata)};
    settings.metadata.push_back({name, Secret(std::string(value))});
    return {};
}

// `header` may be given again, so it stands once for the check.
Result<void> read_options(Settings& settings, const Url& url) {
    Url once = url;
    bool seen = false;
    std::erase_if(once.query, [&seen](const auto& option) {
        return option.first == "header" && std::exchange(seen, true);
    });
    if (auto checked = check_options(once, kOptions, net::tls_options_without_alpn()); !checked)
        return checked;
    for (const auto& [name, value] : url.query) {
        if (name != "header") continue;
        if (auto added = add_metadata(settings, value); !added) return added;
    }
    if (const auto authority = url.option("authority")) {
        if (authority->empty() || !is_visible_ascii(*authority))
            return Error{"grpc URL: option 'authority' is a host, with a port or without"};
        settings.authority = *authority;
    }
    return {};
}

}  // namespace

std::string Settings::scrubbed(std::string_view words) const {
    std::vector<std::string_view> secrets;
    for (const auto& each : metadata) {
        const std::string_view value = each.value.reveal();
        if (value.size() >= kShortestSecret) secrets.push_back(value);
        const auto blank = value.rfind(' ');  // "Bearer TOKEN": the token alone is the secret
        if (blank != std::string_view::npos && value.size() - blank > kShortestSecret)
            secrets.push_back(value.substr(blank + 1));
    }
    std::sort(secrets.begin(), secrets.end(), [](auto a, auto b) { return a.size() > b.size(); });
    return scrub(words, secrets);
}

std::vector<Option> options() {
    std::vector<Option> all(kOptions.begin(), kOptions.end());
    const auto tls = net::tls_options_without_alpn();
    all.insert(all.end(), tls.begin(), tls.end());
    return all;
}

Result<Settings> settings_of(const Url& url) {
    Settings settings;
    if (!url.user.empty() || !url.password.empty())
        return Error{"grpc URL: gRPC knows no user and password; give a token with header=authorization:…"};
    settings.host = url.host;
    settings.port = url.port;
    settings.tls = url.scheme.starts_with("grpcs");
    const bool v6 = url.host.find(':') != std::string::npos;
    settings.authority = fmt::format("{}{}{}:{}", v6 ? "[" : "", url.host, v6 ? "]" : "", url.port);
    std::string service = percent_decode(url.path);
    while (service.starts_with('/'))
        service.erase(0, 1);
    while (service.ends_with('/'))
        service.pop_back();
    if (service.size() > kMaxService || (!service.empty() && !is_visible_ascii(service)))
        return Error{"grpc URL: the path is the name of a service, as in grpc://host:50051/package.Service"};
    settings.service = std::move(service);
    if (auto read = read_options(settings, url); !read) return read.error();
    return settings;
}

}  // namespace plumb::grpc_health
