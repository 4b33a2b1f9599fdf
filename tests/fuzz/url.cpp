// probes/url: a target's URL. The input is the URL's parts, one a line; they are also read as they stand.
#include "probes/url.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <array>

namespace {

using namespace plumb;
using fuzz::require;

constexpr std::string_view kSecret = "hunter2hunter2";
constexpr std::array<std::string_view, 10> kSchemes{"postgres", "redis", "rediss", "tcp",  "tls",
                                                    "dns",      "http",  "https",  "grpc", "memcached"};

void check_shape(const Url& url) {
    require(!url.scheme.empty() && to_lower(url.scheme) == url.scheme, "a scheme is lower case");
    require(to_lower(url.host) == url.host, "a host is lower case");
    require(url.path.empty() || url.path.front() == '/', "a path begins with '/'");
    const auto shown = url.redacted({});
    fuzz::require_readable(shown, kMaxUrlBytes, "a redacted URL is bounded and readable");

    // Two URLs that differ in nothing but their secrets look the same.
    Url other = url;
    if (!url.password.empty()) other.password = Secret("another");
    for (auto& [name, value] : other.query)
        if (!value.empty()) value = "another";
    require(other.redacted({}) == shown, "a redacted URL says nothing of its secrets");
}

// What parse_url() makes of its own words, where they are whole and hold no secret.
void check_again(const Url& url) {
    if (!url.user.empty() || !url.password.empty() || !url.query.empty() ||
        url.path.find('@') != std::string::npos) {
        return;
    }
    const auto shown = url.redacted({});
    // Escaped, cut, or with spaces at its end.
    if (shown.find('\\') != std::string::npos || shown.size() > kMaxUrlBytes - 3 || trim(shown) != shown)
        return;
    const auto again = parse_url(shown);
    require(again.has_value(), "a URL without secrets reads back");
    require(again->scheme == url.scheme && again->host == url.host && again->port == url.port &&
                again->other_hosts == url.other_hosts && again->path == url.path,
            "and as the same");
}

void check_text(std::string_view text, bool typed) {
    const auto url = parse_url(text);
    if (!url) {
        fuzz::require_readable(url.error().message, 512, "an error is bounded and readable");
        require(typed || url.error().message.find(kSecret) == std::string::npos, "an error shows no secret");
        return;
    }
    check_shape(*url);
    check_again(*url);
}

bool printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A password that is escaped as RFC 3986 has it arrives as it is, whatever it holds.
void check_escaped(std::string_view scheme, std::string_view user, std::string_view password) {
    const auto text = std::string(scheme) + "://" + fuzz::percent_encoded(user) + ':' +
                      fuzz::percent_encoded(password) + "@db.example.com:5432/x";
    if (text.size() > kMaxUrlBytes || !printable(user) || !printable(password)) return;
    const auto url = parse_url(text);
    require(url.has_value(), "an escaped password is accepted");
    require(url->user == user && url->password.reveal() == password, "an escaped password arrives as it is");
    require(url->host == "db.example.com" && url->port == 5432 && url->path == "/x",
            "and leaves the rest alone");
}

// A password that drivers accept as it stands never shows, wherever it was cut.
void check_raw(std::string_view scheme, std::string_view odd) {
    static constexpr std::string_view kOdd = "#^/@ %!$*+,;=";
    std::string password(kSecret);
    for (const char c : odd.substr(0, 8))
        password += kOdd[static_cast<unsigned char>(c) % kOdd.size()];
    password += kSecret;
    const auto url = parse_url(std::string(scheme) + "://app:" + password + "@db.example.com:5432/x");
    const auto shown = url ? url->redacted({}) : url.error().message;
    require(shown.find(kSecret) == std::string::npos, "a raw password never shows");
}

// Of the query only a probe's own options show.
void check_query(std::string_view scheme, std::string_view name, std::string_view value) {
    const auto text = std::string(scheme) + "://db:1/?" + fuzz::percent_encoded(name) + '=' +
                      std::string(kSecret) + fuzz::percent_encoded(value) + "&sslmode=require";
    const auto url = parse_url(text);
    if (!url || name == "sslmode") return;
    const auto shown = url->redacted({"sslmode"});
    require(shown.find(kSecret) == std::string::npos, "a query's value never shows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const bool typed = input.rest().find("hunter2") != std::string_view::npos;
    check_text(input.rest(), typed);
    const auto scheme = kSchemes[input.byte() % kSchemes.size()];
    const auto user = input.take_until('\n');
    const auto password = input.take_until('\n');
    check_text(std::string(scheme) + "://" + std::string(input.rest()), typed);
    check_escaped(scheme, user, password);
    check_raw(scheme, password);
    if (!typed) check_query(scheme, user, input.rest());
    return 0;
}
