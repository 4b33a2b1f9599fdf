#include "probes/dns/settings.hpp"

#include "base/text.hpp"
#include "probes/dns/message.hpp"

#include <algorithm>
#include <array>

namespace plumb::dns {
namespace {

namespace ip = boost::asio::ip;

constexpr std::uint16_t kDnsPort = 53;
constexpr std::size_t kMaxServers = 8;
constexpr std::size_t kMaxList = 32;

constexpr std::array<Option, 8> kOptions{{
    {"type", "A (default), AAAA, CNAME, MX, NS, SRV, TXT, SOA, PTR, CAA, HTTPS, SVCB or TYPE and a number"},
    {"server",
     "IP:PORT of the name servers to ask, separated by commas; each must answer; default: the task's own"},
    {"transport", "auto (default: UDP, and TCP for a long answer), udp or tcp"},
    {"search", "1: look the name up as the app's resolver does, by the search list and ndots"},
    {"rcode", "the code that the answer must have, as NXDOMAIN; default: NOERROR"},
    {"min_answers", "records that the answer must hold at least; default: 1"},
    {"expect",
     "values that the answer must hold, separated by commas, each as a zone file writes it; a comma in a "
     "value is written \\,"},
    {"cidr", "networks, one of which must hold each address of the answer: 10.0.0.0/8,fd00::/8"},
}};

Error wrong(std::string_view what) {
    return Error{"dns URL: " + std::string(what)};
}

// 10.1.2.3 → 3.2.1.10.in-addr.arpa (RFC 1035, 3.5; RFC 3596, 2.5)
std::string reverse_name(const ip::address& address) {
    std::string out;
    if (address.is_v4()) {
        for (const unsigned byte : address.to_v4().to_bytes())
            out = std::to_string(byte) + '.' + out;
        return out + "in-addr.arpa";
    }
    static constexpr std::string_view kDigits = "0123456789abcdef";
    for (const unsigned byte : address.to_v6().to_bytes()) {
        out = std::string{kDigits[byte & 15U], '.', kDigits[byte >> 4U], '.'} + out;
    }
    return out + "ip6.arpa";
}

// Parts between commas, trimmed; "\," is a comma that separates nothing.
std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> parts(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool kept = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',';
        if (kept) ++i;
        if (text[i] == ',' && !kept) {
            parts.emplace_back();
        } else {
            parts.back() += text[i];
        }
    }
    for (auto& part : parts)
        part = std::string(trim(part));
    return parts;
}

// ::ffff:10.0.0.0/104 is 10.0.0.0/8.
Network without_mapping(const ip::network_v6& network) {
    constexpr unsigned short kMapped = 96;
    if (!network.address().is_v4_mapped() || network.prefix_length() < kMapped) return network.canonical();
    const auto address = ip::make_address_v4(ip::v4_mapped, network.address());
    return ip::network_v4(address, static_cast<unsigned short>(network.prefix_length() - kMapped))
        .canonical();
}

std::optional<Network> parse_network(const std::string& text) {
    boost::system::error_code error;
    if (const auto address = ip::make_address(text, error); !error) {
        if (address.is_v4()) return ip::network_v4(address.to_v4(), 32);
        return without_mapping(ip::network_v6(address.to_v6(), 128));
    }
    if (const auto network = ip::make_network_v4(text, error); !error) return network.canonical();
    if (const auto network = ip::make_network_v6(text, error); !error) return without_mapping(network);
    return std::nullopt;
}

Result<std::string> expected_address(int type, const std::string& text) {
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (error || address.is_v6() != (type == kTypeAaaa)) {
        return wrong(type == kTypeAaaa ? "option 'expect' holds IPv6 addresses where type=AAAA"
                                       : "option 'expect' holds IPv4 addresses where type=A");
    }
    return address.to_string();
}

// "10  Mail.Example.COM." → "10 mail.example.com": a name may be written as it is in a zone file, and in any
// case. Of the words those from `first` to before `end` are names or numbers.
std::string expected_names(const std::string& text, std::size_t first, std::size_t end) {
    std::string out;
    std::size_t number = 0;
    for (const auto word : split(text, ' ')) {
        if (word.empty()) continue;
        const bool is_name = number >= first && number < end;
        auto shown = is_name ? to_lower(word) : std::string(word);
        if (is_name && shown.size() > 1 && shown.ends_with('.') && !shown.ends_with("\\.")) shown.pop_back();
        out += (number++ == 0 ? "" : " ") + shown;
    }
    return out;
}

// As value_of() shows it.
Result<std::string> expected_value(int type, const std::string& text) {
    constexpr std::size_t kAll = 8;
    switch (type) {
        case kTypeA:
        case kTypeAaaa:
            return expected_address(type, text);
        case kTypeTxt:
            return text.starts_with('"') ? text : '"' + text + '"';
        case kTypeCname:
        case kTypeNs:
        case kTypePtr:
        case kTypeMx:
        case kTypeSrv:
        case kTypeSoa:
            return expected_names(text, 0, kAll);
        case kTypeHttps:
        case kTypeSvcb:
            return expected_names(text, 1, 2);
        default:
            return text;
    }
}

Result<void> read_question(const Url& url, Settings& settings) {
    if (!url.path.empty() && url.path != "/")
        return wrong("the name to ask for stands where the host does: dns://NAME?server=IP:PORT");
    if (url.port != 0 && url.port != kDnsPort)
        return wrong("a port belongs to the server: dns://NAME?server=IP:PORT");
    auto& expected = settings.expected;
    if (const auto type = url.option("type")) {
        const auto number = parse_type(*type);
        if (!number) return wrong("option 'type' is one of " + type_list());
        expected.type = *number;
        expected.type_name = type_text(*number);
    }
    settings.name = url.host;
    const auto address = net::literal_address(url.host);
    if (address && expected.type != kTypePtr)
        return wrong("an address is asked for with type=PTR; any other type needs a name");
    if (address) settings.name = reverse_name(*address);
    const auto search = bool_option(url, "search");
    if (!search) return search.error();
    settings.search = search->value_or(false);
    if (settings.search && address)
        return wrong("option 'search' needs a name; an address is asked for as it is");
    const auto transport = url.option("transport").value_or("auto");
    if (transport == "udp") settings.transport = net::Transport::udp;
    if (transport == "tcp") settings.transport = net::Transport::tcp;
    if (settings.transport == net::Transport::automatic && transport != "auto")
        return wrong("option 'transport' is auto, udp or tcp");
    return {};
}

Result<void> read_networks(const Url& url, Expected& expected) {
    const auto networks = url.option("cidr");
    if (!networks) return {};
    if (expected.type != kTypeA && expected.type != kTypeAaaa)
        return wrong("option 'cidr' needs type=A or type=AAAA: no other type answers with addresses");
    for (const auto& text : list_of(*networks)) {
        const auto network = parse_network(text);
        if (!network || expected.networks.size() == kMaxList)
            return wrong("option 'cidr' is a list of networks, such as 10.0.0.0/8,fd00::/8");
        expected.networks.push_back(*network);
    }
    return {};
}

Result<void> read_expected(const Url& url, Expected& expected) {
    const auto code = url.option("rcode");
    if (code) {
        const auto number = parse_response_code(*code);
        if (!number) return wrong("option 'rcode' is one of " + response_code_list());
        expected.code = *number;
    }
    const auto least = integer_option(url, "min_answers", 0, kMaxRecords);
    if (!least) return least.error();
    if (least->has_value()) expected.least = static_cast<std::size_t>(**least);
    if (const auto values = url.option("expect")) expected.values = list_of(*values);
    if (expected.values.size() > kMaxList)
        return wrong("option 'expect' holds at most " + std::to_string(kMaxList) + " values");
    for (auto& text : expected.values) {
        auto value = expected_value(expected.type, text);
        if (!value) return value.error();
        text = std::move(*value);
    }
    if (auto networks = read_networks(url, expected); !networks) return networks;
    const bool of_records = least->has_value() || !expected.values.empty() || !expected.networks.empty();
    if (expected.code != 0 && of_records) {
        return wrong("an answer with rcode=" + response_code_text(expected.code) +
                     " holds no records: drop 'min_answers', 'expect' and 'cidr', or 'rcode'");
    }
    return {};
}

Result<void> read_servers(const Url& url, Services& services, Settings& settings) {
    const auto given = url.option("server");
    if (!given) return {};
    const auto servers = list_of(*given);
    if (servers.size() > kMaxServers)
        return wrong("option 'server' names at most " + std::to_string(kMaxServers) + " servers");
    auto own = net::Resolver::make(services.executor, servers);
    if (!own) return wrong("option 'server': " + own.error().message);
    settings.own_resolver = std::move(*own);
    return {};
}

}  // namespace

std::span<const Option> option_list() {
    return kOptions;
}

Result<Settings> read_settings(const Target& target, Services& services) {
    const auto& url = target.url;
    if (auto known = check_options(url, kOptions); !known) return known.error();
    Settings settings;
    if (auto question = read_question(url, settings); !question) return question.error();
    if (auto expected = read_expected(url, settings.expected); !expected) return expected.error();
    if (auto servers = read_servers(url, services, settings); !servers) return servers.error();
    return settings;
}

}  // namespace plumb::dns
