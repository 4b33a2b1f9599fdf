#include "probes/dns/reading.hpp"

#include "base/text.hpp"
#include "probes/dns/facts.hpp"
#include "probes/net/address_facts.hpp"
#include "probes/net/facts.hpp"
#include "probes/peer_words.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

namespace plumb::dns {
namespace {

namespace ip = boost::asio::ip;

Cause cause_of_code(int code) {
    switch (code) {
        case 1:
            return Cause::dns_malformed;
        case 2:
            return Cause::dns_servfail;
        case 3:
            return Cause::dns_nxdomain;
        default:
            return Cause::dns_refused;
    }
}

std::string join(const std::vector<std::string>& list, std::string_view between) {
    std::string out;
    for (const auto& each : list)
        out += (out.empty() ? std::string() : std::string(between)) + each;
    return out;
}

std::vector<ip::address> addresses_of(const std::vector<std::string>& values) {
    std::vector<ip::address> addresses;
    for (const auto& value : values) {
        boost::system::error_code none;
        const auto address = ip::make_address(value, none);
        if (!none) addresses.push_back(address);
    }
    return addresses;
}

// ::ffff:10.0.0.1 lies where 10.0.0.1 does, as in dns.scope.
bool inside(const Network& network, const ip::address& address) {
    if (const auto* v4 = std::get_if<ip::network_v4>(&network)) {
        if (address.is_v6() && !address.to_v6().is_v4_mapped()) return false;
        const auto host =
            address.is_v4() ? address.to_v4() : ip::make_address_v4(ip::v4_mapped, address.to_v6());
        return ip::network_v4(host, v4->prefix_length()).canonical() == v4->canonical();
    }
    const auto& v6 = std::get<ip::network_v6>(network);
    return address.is_v6() &&
           ip::network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

net::Failed no_records(const Expected& expected, const Followed& followed, bool truncated) {
    if (truncated) return {Cause::dns_malformed, "the answer is cut short"};
    if (followed.loop) return {Cause::dns_no_data, "the aliases lead in a circle"};
    std::string words = "the name exists, but has no " + expected.type_name;
    if (!followed.aliases.empty())
        words += " (it is an alias of " + peer_words(followed.aliases.back()) + ")";
    return {Cause::dns_no_data, std::move(words)};
}

std::optional<net::Failed> complaint_of_values(const Reading& reading, const Expected& expected) {
    constexpr std::size_t kShown = 100;  // what came must still fit into the words
    for (const auto& value : expected.values) {
        if (std::find(reading.values.begin(), reading.values.end(), value) != reading.values.end()) continue;
        return net::Failed(Cause::dns_unexpected, "expected " + sanitize(value, kShown) + ", got " +
                                                      peer_words(join(reading.values, ", ")));
    }
    if (reading.values.size() < expected.least) {
        return net::Failed(Cause::dns_unexpected,
                           "expected at least " + std::to_string(expected.least) + " answers, got " +
                               std::to_string(reading.values.size()) +
                               (reading.cut_short ? " (the answer is cut short)" : ""));
    }
    if (expected.networks.empty()) return std::nullopt;
    for (const auto& address : addresses_of(reading.values)) {
        const auto known = [&address](const Network& network) { return inside(network, address); };
        if (std::any_of(expected.networks.begin(), expected.networks.end(), known)) continue;
        return net::Failed(Cause::dns_unexpected,
                           address.to_string() + " lies in none of the expected networks");
    }
    return std::nullopt;
}

void judge_message(Reading& reading, const Message& message, const Expected& expected) {
    reading.code = message.response_code;
    reading.authoritative = message.authoritative;
    reading.authentic = message.authentic;
    reading.cut_short = message.truncated;
    auto followed = follow(message, expected.type);
    for (auto& record : followed.records)
        reading.values.push_back(std::move(record.value));
    auto& values = reading.values;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    reading.aliases = followed.aliases;
    reading.ttl = followed.ttl;
    reading.scope = net::scope_of(addresses_of(values));
    const auto code = response_code_text(message.response_code);
    if (message.response_code != expected.code) {
        if (expected.code == 0) {
            reading.failed = net::Failed(cause_of_code(message.response_code), code);
        } else {
            reading.failed = net::Failed(Cause::dns_unexpected,
                                         "expected " + response_code_text(expected.code) + ", got " + code);
        }
        return;
    }
    if (expected.code != 0) return;
    if (values.empty() && expected.least > 0) {
        reading.failed = no_records(expected, followed, message.truncated);
    } else {
        reading.failed = complaint_of_values(reading, expected);
    }
}

// A server that c-ares takes for silent, or whose code it reports without a message that holds it.
std::optional<int> code_of_cause(Cause cause) {
    switch (cause) {
        case Cause::dns_servfail:
            return 2;
        case Cause::dns_nxdomain:
            return 3;
        case Cause::dns_refused:
            return 5;
        default:
            return std::nullopt;
    }
}

}  // namespace

bool Reading::settles() const {
    if (!failed) return true;
    constexpr int kNxdomain = 3;
    if (code && *code != 0 && *code != kNxdomain) return false;
    switch (failed->cause) {
        case Cause::dns_timeout:
        case Cause::dns_unreachable:
        case Cause::dns_malformed:
            return false;
        default:
            return true;
    }
}

bool Reading::agrees_with(const Reading& other) const {
    return code == other.code && values.empty() == other.values.empty() && scope == other.scope;
}

void Reading::add_facts(Outcome& outcome) const {
    if (code) outcome.fact(facts::kRcode, response_code_text(*code));
    if (code != 0) return;
    outcome.fact(net::facts::kDnsAnswers, std::to_string(values.size()));
    outcome.fact(net::facts::kDnsCnames, std::to_string(aliases.size()));
    if (ttl) outcome.fact(net::facts::kDnsTtl, net::ttl_bucket(*ttl));
    if (scope != "none") outcome.fact(net::facts::kDnsScope, scope);
    if (!values.empty()) outcome.fact(facts::kAnswer, join(values, ", "));
    if (!aliases.empty()) outcome.fact(facts::kChain, join(aliases, " > "));
    outcome.fact(facts::kAa, authoritative ? "yes" : "no");
    outcome.fact(facts::kAd, authentic ? "yes" : "no");
    outcome.fact(facts::kTransport, std::string(over_tcp ? "tcp" : "udp") + (cut_short ? ", cut short" : ""));
}

std::string Reading::words() const {
    if (!code) return "";
    std::string text = response_code_text(*code);
    if (!values.empty()) text += ": " + join(values, ", ");
    if (!aliases.empty()) text += " by " + join(aliases, " > ");
    if (ttl) text += ", kept for " + std::to_string(*ttl) + " s";
    return text;
}

Reading read_answer(const net::IoResult<net::RawAnswer>& answer, const Expected& expected,
                    const std::string& name) {
    Reading reading;
    if (!answer) {
        reading.failed = answer.error();
        reading.code = code_of_cause(answer.error().cause);
        if (reading.code == expected.code && expected.code != 0) reading.failed.reset();
    } else {
        reading.over_tcp = answer->over_tcp;
        const auto message = parse_message(answer->message);
        if (message && message->is_response) {
            judge_message(reading, *message, expected);
        } else {
            reading.failed =
                net::Failed(Cause::dns_malformed,
                            message ? "a question came back instead of an answer" : message.error().message);
        }
    }
    if (reading.failed) reading.failed->detail = name + ": " + reading.failed->detail;
    return reading;
}

}  // namespace plumb::dns
