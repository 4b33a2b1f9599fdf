#include "probes/dns/dns.hpp"

#include "base/text.hpp"
#include "probes/dns/message.hpp"
#include "probes/net/address_facts.hpp"
#include "probes/net/resolver.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/ip/address.hpp>

namespace plumb {
namespace {

namespace ip = boost::asio::ip;

struct Settings {
    std::string name;
    int type = dns::kTypeA;
    std::string type_name = "A";
    std::vector<std::string> expected;
    std::unique_ptr<net::Resolver> own_resolver;  // with server=
};

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

// The code that c-ares told as a failure, without a message that holds it.
std::string_view code_of_cause(Cause cause) {
    switch (cause) {
        case Cause::dns_servfail:
            return "SERVFAIL";
        case Cause::dns_refused:
            return "REFUSED";
        case Cause::dns_nxdomain:
            return "NXDOMAIN";
        default:
            return {};
    }
}

class DnsProbe final : public Probe {
  public:
    DnsProbe(Services& services, Settings settings) : services_(services), settings_(std::move(settings)) {}

    boost::asio::awaitable<void> run(Run& run) override {
        run.begin(phase::resolve);
        auto& resolver = settings_.own_resolver ? *settings_.own_resolver : services_.resolver;
        net::add_resolver_fact(run.outcome, resolver);
        const auto answer = co_await resolver.ask(settings_.name, settings_.type, run.deadline());
        if (!answer) {
            const auto& failed = answer.error();
            if (const auto code = code_of_cause(failed.cause); !code.empty()) add_code(run, code);
            run.fail(failed.cause, settings_.name + ": " + failed.detail);
            co_return;
        }
        run.sent(answer->sent);
        judge(run, answer->message);
        run.arrived(answer->arrived);
    }

  private:
    static void add_code(Run& run, std::string_view code) {
        run.outcome.fact("dns.rcode", FactClass::must_match, code);
    }

    void judge(Run& run, std::span<const unsigned char> bytes) const {
        const auto message = dns::parse_message(bytes);
        if (!message || !message->is_response) {
            const std::string words =
                message ? "a question came back instead of an answer" : message.error().message;
            run.fail(Cause::dns_malformed, settings_.name + ": " + words);
            return;
        }
        const auto code = dns::response_code_text(message->response_code);
        add_code(run, code);
        if (message->response_code != 0) {
            run.fail(cause_of_code(message->response_code), settings_.name + ": " + code);
            return;
        }
        check_answers(run, *message);
    }

    void check_answers(Run& run, const dns::Message& message) const {
        std::vector<ip::address> addresses;
        std::set<std::string> values;
        std::size_t links = 0;
        std::optional<std::uint32_t> ttl;
        for (const auto& record : message.answers) {
            ttl = std::min(ttl.value_or(record.ttl), record.ttl);
            const bool asked = record.type == settings_.type;
            if (record.type == dns::kTypeCname && !asked) ++links;
            if (!asked) continue;
            values.insert(record.value);
            boost::system::error_code no_address;
            const auto address = ip::make_address(record.value, no_address);
            if (!no_address) addresses.push_back(address);
        }
        auto& outcome = run.outcome;
        // A balancer grows and shrinks with its load, and its name with it: another count alone stops no
        // release.
        outcome.fact("dns.answers", FactClass::ordered, std::to_string(values.size()));
        outcome.fact("dns.cnames", FactClass::must_match, std::to_string(links));
        if (ttl) outcome.fact("dns.ttl", FactClass::informational, net::ttl_bucket(*ttl));
        if (!addresses.empty()) outcome.fact("dns.scope", FactClass::must_match, net::scope_of(addresses));
        if (values.empty() && message.truncated) {
            run.fail(Cause::dns_malformed, settings_.name + ": the answer is cut short");
            return;
        }
        if (values.empty()) {
            run.fail(Cause::dns_no_data,
                     settings_.name + ": the name exists, but has no " + settings_.type_name);
            return;
        }
        check_expected(run, values);
    }

    void check_expected(Run& run, const std::set<std::string>& values) const {
        for (const auto& expected : settings_.expected) {
            if (values.count(expected) != 0) continue;
            std::string got;
            for (const auto& value : values)
                got += (got.empty() ? "" : ", ") + value;
            run.fail(Cause::dns_unexpected, settings_.name + ": expected " + expected + ", got " + got);
            return;
        }
    }

    Services& services_;
    Settings settings_;
};

constexpr std::array<Option, 3> kOptions{{
    {"type", "A (default), AAAA, CNAME, MX, NS, SRV, TXT, SOA, PTR or CAA"},
    {"server", "IP:PORT of the name server to ask; default: the task's own"},
    {"expect", "values that the answer must hold, separated by commas"},
}};

Result<Settings> read_settings(const Target& target, Services& services) {
    const auto& url = target.url;
    if (auto known = check_options(url, kOptions); !known) return known.error();
    Settings settings;
    settings.name = url.host;
    if (const auto type = url.option("type")) {
        const auto number = dns::parse_type(*type);
        if (!number) return Error{"dns URL: option 'type' is one of " + dns::type_list()};
        settings.type = *number;
        settings.type_name = *type;
        std::transform(type->begin(), type->end(), settings.type_name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    }
    boost::system::error_code no_address;
    const auto address = ip::make_address(url.host, no_address);
    if (!no_address && settings.type != dns::kTypePtr) {
        return Error{"dns URL: an address is asked for with type=PTR; any other type needs a name"};
    }
    if (!no_address) settings.name = reverse_name(address);
    if (const auto expected = url.option("expect")) {
        for (const auto value : split(*expected, ','))
            settings.expected.emplace_back(trim(value));
    }
    if (const auto server = url.option("server")) {
        auto own = net::Resolver::make(services.executor, {*server});
        if (!own) return Error{"dns URL: option 'server': " + own.error().message};
        settings.own_resolver = std::move(*own);
    }
    return settings;
}

Result<std::unique_ptr<Probe>> make(const Target& target, Services& services) {
    auto settings = read_settings(target, services);
    if (!settings) return settings.error();
    return std::unique_ptr<Probe>(std::make_unique<DnsProbe>(services, std::move(*settings)));
}

}  // namespace

const Kind& dns_kind() {
    static const Kind kind{"dns", {{"dns", 53}}, {kOptions.begin(), kOptions.end()}, false, make};
    return kind;
}

}  // namespace plumb
