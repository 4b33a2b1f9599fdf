#include "probes/tcp/settings.hpp"

#include <algorithm>
#include <array>

namespace plumb::tcp {
namespace {

constexpr std::string_view kSaid = "what to say in this step, up to send.8";
constexpr std::string_view kAwaited = "what to wait for in this step, up to expect.8";

// What is sent may hold a password.
constexpr std::array<Option, 18> kOptions{{
    {"family", "4 or 6: only addresses of IPv4 or IPv6; default: auto, either"},
    {"starttls",
     "smtp, imap, pop3, ftp, ldap or postgres: begin TLS as this protocol does; then the options of tls"},
    {"send", "what to say once connected; \\r, \\n, \\t, \\0, \\\\ and \\xHH stand for bytes", true},
    {"expect", "regular expression (RE2) to wait for; ^ and $ are the ends of a line"},
    {"send.2", kSaid, true},
    {"expect.2", kAwaited},
    {"send.3", kSaid, true},
    {"expect.3", kAwaited},
    {"send.4", kSaid, true},
    {"expect.4", kAwaited},
    {"send.5", kSaid, true},
    {"expect.5", kAwaited},
    {"send.6", kSaid, true},
    {"expect.6", kAwaited},
    {"send.7", kSaid, true},
    {"expect.7", kAwaited},
    {"send.8", kSaid, true},
    {"expect.8", kAwaited},
}};

Error wrong(const Url& url, const std::string& what) {
    return Error{url.scheme + " URL: " + what};
}

Result<void> read_family(const Url& url, Settings& settings) {
    const auto family = url.option("family").value_or("auto");
    if (family != "auto" && family != "4" && family != "6")
        return wrong(url, "option 'family' is 4, 6 or auto");
    if (family == "4") settings.family = net::Family::v4;
    if (family == "6") settings.family = net::Family::v6;
    const auto literal = net::literal_address(url.host);
    if (literal && family != "auto" && literal->is_v6() != (family == "6"))
        return wrong(url, "option 'family': the host is an address of the other family");
    return {};
}

Result<void> read_starttls(const Url& url, Settings& settings) {
    const auto name = url.option("starttls");
    if (!name) {
        for (const auto& option : net::tls_option_list()) {
            if (!url.option(option.name)) continue;
            return wrong(url, "option '" + std::string(option.name) +
                                  "' belongs to TLS: add starttls=PROTOCOL, or write tls://HOST:PORT");
        }
        return {};
    }
    settings.starttls = parse_protocol(*name);
    if (!settings.starttls) return wrong(url, "option 'starttls' is one of " + protocol_list());
    auto tls = net::TlsOptions::from_url(url);
    if (!tls) return tls.error();
    settings.tls = std::move(*tls);
    return {};
}

Result<void> read_step(const Url& url, const std::string& send, const std::string& expect,
                       Settings& settings) {
    Step step;
    if (const auto text = url.option(send)) {
        auto bytes = unescape(*text);
        if (!bytes) return wrong(url, "option '" + send + "': " + bytes.error().message);
        if (bytes->empty() || bytes->size() > kMaxSent)
            return wrong(url, "option '" + send + "' is 1 to " + std::to_string(kMaxSent) + " bytes");
        step.send = std::move(*bytes);
    }
    if (const auto text = url.option(expect)) {
        auto pattern = Pattern::make(*text);
        if (!pattern) return wrong(url, "option '" + expect + "': " + pattern.error().message);
        step.expect = std::move(*pattern);
    }
    if (!step.send.empty() || step.expect) settings.steps.push_back(std::move(step));
    return {};
}

}  // namespace

std::vector<Option> option_list() {
    std::vector<Option> options(kOptions.begin(), kOptions.end());
    const auto tls = net::tls_option_list();
    options.insert(options.end(), tls.begin(), tls.end());
    return options;
}

Result<Settings> read_settings(const Target& target) {
    const auto& url = target.url;
    if (auto known = check_options(url, kOptions, net::tls_option_list()); !known) return known.error();
    Settings settings;
    if (auto family = read_family(url, settings); !family) return family.error();
    if (auto starttls = read_starttls(url, settings); !starttls) return starttls.error();
    for (std::size_t number = 1; number <= kMaxSteps; ++number) {
        const auto end = number == 1 ? std::string() : '.' + std::to_string(number);
        if (auto step = read_step(url, "send" + end, "expect" + end, settings); !step) return step.error();
    }
    return settings;
}

}  // namespace plumb::tcp
