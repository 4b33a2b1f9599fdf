#include "probes/redis/slots.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

namespace plumb::redis {

namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035, as text

// An address or a name. No scope ("fe80::1%eth0"): it holds on the announcing host alone, and Asio takes any
// bytes behind the % for one.
bool is_host(std::string_view text) {
    const auto is_of = [text](std::string_view punctuation) {
        return std::all_of(text.begin(), text.end(), [punctuation](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                   punctuation.find(c) != std::string_view::npos;
        });
    };
    if (text.empty() || text.size() > kMaxName || !is_of("-._:")) return false;
    boost::system::error_code not_address;
    boost::asio::ip::make_address(text, not_address);
    return !not_address || is_of("-._");
}

// ["ip", "10.0.0.7", "hostname", "…"]: since 7 what the preferred endpoint is not.
std::string metadata(const Reply& node, std::string_view name) {
    if (node.elements.size() < 4) return "";
    const auto& pairs = node.elements[3].elements;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
        if (pairs[i].text == name) return pairs[i + 1].text;
    }
    return "";
}

// [endpoint, port, id, metadata]. No endpoint: the client stays with the host that it knows. "?": a name is
// wanted and not known.
std::optional<Node> parse_node(const Reply& reply) {
    if (reply.elements.size() < 2 || reply.elements[1].type != Reply::Type::integer) return std::nullopt;
    const std::int64_t port = reply.elements[1].integer;
    if (port < 1 || port > 65535) return std::nullopt;
    Node node;
    node.port = static_cast<std::uint16_t>(port);
    const Reply& endpoint = reply.elements[0];
    if (endpoint.type == Reply::Type::nil) return node;
    if (endpoint.type != Reply::Type::text) return std::nullopt;
    node.host = to_lower(endpoint.text == "?" ? metadata(reply, "ip") : endpoint.text);
    if (node.host.empty() ? endpoint.text == "?" : !is_host(node.host)) return std::nullopt;
    return node;
}

// The id, which 4.0 and later give, tells nodes apart also where their addresses say nothing.
std::string identity(const Reply& node) {
    if (node.elements.size() > 2) return node.elements[2].text;
    if (node.elements.size() < 2) return "";
    return node.elements[0].text + ' ' + std::to_string(node.elements[1].integer);
}

bool is_range(const Reply& range) {
    return range.type == Reply::Type::array && range.elements.size() >= 3 &&
           range.elements[0].type == Reply::Type::integer && range.elements[1].type == Reply::Type::integer &&
           range.elements[2].type == Reply::Type::array;
}

struct Found {
    const Reply* primary = nullptr;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::size_t ranges = 0;
};

Shard to_shard(const Found& found) {
    Shard shard;
    shard.primary = parse_node(*found.primary);
    shard.slots = fmt::format("{}-{}", found.first, found.last);
    if (found.ranges > 1) shard.slots += fmt::format(" and {} more", found.ranges - 1);
    return shard;
}

}  // namespace

std::optional<std::vector<Shard>> parse_slots(const Reply& reply) {
    if (reply.type != Reply::Type::array) return std::nullopt;
    std::map<std::string, Found> by_primary;
    for (const Reply& range : reply.elements) {
        if (!is_range(range)) return std::nullopt;
        const std::string id = identity(range.elements[2]);
        if (by_primary.size() >= kMaxShards && !by_primary.contains(id)) continue;
        Found& found = by_primary[id];
        const std::int64_t first = range.elements[0].integer;
        if (found.ranges++ > 0 && found.first <= first) continue;
        found.primary = &range.elements[2];
        found.first = first;
        found.last = range.elements[1].integer;
    }
    std::vector<Found> ordered;
    ordered.reserve(by_primary.size());
    for (const auto& [id, found] : by_primary)
        ordered.push_back(found);
    std::sort(ordered.begin(), ordered.end(),
              [](const Found& a, const Found& b) { return a.first < b.first; });
    std::vector<Shard> shards;
    shards.reserve(ordered.size());
    for (const Found& found : ordered)
        shards.push_back(to_shard(found));
    return shards;
}

}  // namespace plumb::redis
