// probes/http/request: where a redirect's Location leads. The input is the URL that was asked, its status,
// and the Location, one a line.
#include "probes/http/request.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace plumb;
using fuzz::require;

std::string no_variables(const char*) {
    return {};
}

bool goes_on_a_line(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void check_hop(const http::Settings& settings, const http::Hop& hop, const http::Hop& next) {
    require(!next.host.empty() && next.port != 0, "a hop leads somewhere");
    require(next.request_target.starts_with('/') && goes_on_a_line(next.request_target),
            "what is asked for stays inside its line");
    require(next.tls || !hop.tls, "there is no way down that nobody allowed");
    const bool same = next.tls == settings.tls && next.host == settings.host && next.port == settings.port;
    require(same || !next.home, "another origin is not home");
    require(hop.home || !next.home, "who was away does not come home");
    require(next.home || !next.has_body, "the body stays at home");

    const std::string bytes = http::request(settings, next, {}).reveal();
    const auto end = bytes.find("\r\n\r\n");
    require(end != std::string::npos, "a request has an end");
    // At the start of a line: a Location may spell a field's name, and then has it in what is asked for.
    const bool shows = bytes.find("\r\nX-Token:") != std::string::npos ||
                       bytes.find("\r\nAuthorization:") != std::string::npos;
    require(next.home || !shows, "another origin is shown no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto path = std::string(input.take_until('\n'));
    const unsigned kind = input.byte();
    const auto location = std::string(input.rest());
    const auto asked = parse_url(std::string((kind & 1U) != 0 ? "https" : "http") +
                                 "://app:hunter2hunter2@h.test:81/" + path);
    if (!asked || asked->host != "h.test" || !asked->fragment.empty()) return 0;
    auto settings = http::settings_of(*asked, true, no_variables);
    if (!settings) return 0;
    settings->fields.push_back({"X-Token", Secret("t0ken-t0ken-t0ken")});
    if ((kind & 2U) != 0) settings->method = "POST";

    http::Head head;
    head.status = (kind & 4U) != 0 ? 307 : 303;
    head.fields["location"] = location;
    if (!http::is_redirect(head)) return 0;
    const auto hop = http::first_hop(*settings);
    const auto next = http::follow(*settings, hop, head);
    if (!next) {
        fuzz::require_readable(next.error().detail, 256, "an error is bounded and readable");
        return 0;
    }
    check_hop(*settings, hop, *next);
    if (const auto again = http::follow(*settings, *next, head)) check_hop(*settings, *next, *again);
    return 0;
}
