#include "probes/net/resolv_conf.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plumb::net {
namespace {

constexpr std::size_t kMaxServers = 3;
constexpr std::size_t kMaxSearch = 32;
constexpr std::string_view kVpcResolver = "169.254.169.253";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    constexpr std::string_view kBlank = " \t\r";
    for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
        const auto end = std::min(line.find_first_of(kBlank, at), line.size());
        words.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(kBlank, end);
    }
    return words;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void read_options(const std::vector<std::string_view>& words, ResolvConf& conf) {
    constexpr std::string_view kNdots = "ndots:";
    for (const auto word : words) {
        if (word.substr(0, kNdots.size()) != kNdots) continue;
        if (const auto value = number<unsigned>(word.substr(kNdots.size()))) {
            conf.ndots = static_cast<int>(std::min(*value, 15U));
        }
    }
}

void read_search(const std::vector<std::string_view>& words, ResolvConf& conf) {
    conf.search.clear();
    for (std::size_t i = 1; i < words.size() && conf.search.size() < kMaxSearch; ++i) {
        if (words[i] != "." && words[i].size() <= 255) conf.search.emplace_back(words[i]);
    }
}

}  // namespace

std::string NameServer::text() const {
    const auto host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    return host + ':' + std::to_string(port);
}

Result<NameServer> parse_name_server(std::string_view text) {
    const auto wrong = [] {
        return Error{"a DNS server is written IP:PORT, such as 10.0.0.2:53 or [fd00::2]:53"};
    };
    auto host = trim(text);
    std::string_view port;
    if (!host.empty() && host.front() == '[') {
        const auto close = host.find(']');
        if (close == std::string_view::npos) return wrong();
        port = host.substr(close + 1);
        host = host.substr(1, close - 1);
        if (!port.empty() && port.front() != ':') return wrong();
        if (!port.empty()) port.remove_prefix(1);
        if (port.empty() && text.back() == ':') return wrong();
    } else if (const auto colon = host.find(':');
               colon != std::string_view::npos && colon == host.rfind(':')) {
        port = host.substr(colon + 1);
        host = host.substr(0, colon);
        if (port.empty()) return wrong();
    }
    NameServer server;
    boost::system::error_code error;
    server.address = boost::asio::ip::make_address(host, error);
    if (error) return wrong();
    if (server.address.is_v6() && server.address.to_v6().scope_id() != 0) return wrong();
    if (!port.empty()) {
        const auto value = number<std::uint16_t>(port);
        if (!value || *value == 0) return wrong();
        server.port = *value;
    }
    return server;
}

ResolvConf parse_resolv_conf(std::string_view text) {
    ResolvConf conf;
    for (auto line : split(text, '\n')) {
        line = line.substr(0, line.find_first_of("#;"));
        const auto words = words_of(line);
        if (words.size() < 2) continue;
        if (words[0] == "nameserver" && conf.servers.size() < kMaxServers) {
            if (auto server = parse_name_server(words[1])) conf.servers.push_back(*server);
        } else if (words[0] == "search" || words[0] == "domain") {
            read_search(words, conf);
        } else if (words[0] == "options") {
            read_options(words, conf);
        }
    }
    return conf;
}

std::vector<std::string> search_names(const ResolvConf& conf, const std::string& name) {
    std::vector<std::string> names;
    if (name.ends_with('.')) return {name};
    const auto dots = std::count(name.begin(), name.end(), '.');
    if (dots >= conf.ndots) names.push_back(name);
    for (const auto& domain : conf.search)
        names.push_back(name + '.' + domain);
    if (dots < conf.ndots) names.push_back(name);
    return names;
}

Result<ResolvConf> with_servers(ResolvConf conf, const std::vector<std::string>& chosen) {
    if (!chosen.empty()) conf.servers.clear();
    for (const auto& text : chosen) {
        auto server = parse_name_server(text);
        if (!server) return server.error();
        conf.servers.push_back(*server);
    }
    if (conf.servers.empty()) conf.servers.push_back(parse_name_server(kVpcResolver).value());
    return conf;
}

}  // namespace plumb::net
