#include "probes/http/transcript.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace plumb::http {
namespace {

constexpr std::size_t kMaxLines = 24;  // of one message

constexpr std::array<std::string_view, 9> kSecretNames{"auth",    "cookie", "token",      "secret",   "key",
                                                       "session", "passw",  "credential", "signature"};

bool is_secret(std::string_view name, const Settings& settings) {
    const auto lower = to_lower(name);
    if (lower == "www-authenticate" || lower == "proxy-authenticate")
        return false;  // the question, not the answer
    const auto given = [&lower](const Field& field) { return equals_ignore_case(field.name, lower); };
    if (std::any_of(settings.fields.begin(), settings.fields.end(), given)) return true;
    return std::any_of(kSecretNames.begin(), kSecretNames.end(),
                       [&lower](std::string_view part) { return lower.find(part) != std::string::npos; });
}

// "GET /a?b=c HTTP/1.1" → "GET /a?*** HTTP/1.1"; the same of a URL that is a field's value.
std::string without_query(std::string_view text) {
    const auto query = text.find_first_of("?#");
    if (query == std::string_view::npos) return std::string(text);
    const auto end = std::min(text.find(' ', query), text.size());
    return std::string(text.substr(0, query + 1)) + "***" + std::string(text.substr(end));
}

// Of "scheme://user:password@host/" the part before the host.
std::string without_userinfo(std::string text) {
    const auto slashes = text.find("://");
    if (slashes == std::string::npos) return text;
    const auto begin = slashes + 3;
    const auto at = text.rfind('@', std::min(text.find_first_of("/ ", begin), text.size() - 1));
    if (at != std::string::npos && at >= begin) text.replace(begin, at - begin, "***");
    return text;
}

std::string shown_line(std::string_view line, bool first, const Settings& settings) {
    const auto colon = line.find(':');
    if (first || colon == std::string_view::npos) return without_userinfo(without_query(line));
    const auto name = line.substr(0, colon);
    if (is_secret(name, settings)) return std::string(name) + ": ***";
    const bool is_url = equals_ignore_case(name, "location") ||
                        equals_ignore_case(name, "content-location") || equals_ignore_case(name, "link") ||
                        equals_ignore_case(name, "refresh");
    return is_url ? without_userinfo(without_query(line)) : std::string(line);
}

// The size of what follows the header.
template <class Say>
std::size_t say_lines(std::string_view message, const Settings& settings, Say say) {
    std::size_t lines = 0;
    for (std::size_t at = 0; at < message.size();) {
        const auto end = std::min(message.find('\n', at), message.size());
        auto line = message.substr(at, end - at);
        at = std::min(end + 1, message.size());
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) return message.size() - at;
        if (lines < kMaxLines) say(settings.echo.scrubbed(shown_line(line, lines == 0, settings)));
        if (lines == kMaxLines) say("…");
        ++lines;
    }
    return 0;
}

}  // namespace

void say_request(Run& run, std::string_view bytes, const Settings& settings) {
    if (!run.listens()) return;
    const auto body = say_lines(bytes, settings, [&run](const std::string& line) { run.we_said(line); });
    if (body > 0) run.we_said("and a body of " + std::to_string(body) + " bytes");
}

void say_answer(Run& run, std::string_view header, const Settings& settings) {
    if (!run.listens()) return;
    say_lines(header, settings, [&run](const std::string& line) { run.peer_said(line); });
}

}  // namespace plumb::http
