#include "probes/http/echo.hpp"

#include "base/text.hpp"
#include "probes/http/wire_text.hpp"
#include "probes/scrub.hpp"

#include <algorithm>

namespace plumb::http {
namespace {

// Removing a shorter one wherever it stands would riddle every message.
constexpr std::size_t kShortest = 4;
constexpr std::size_t kShortestWord = 8;
constexpr std::size_t kMostWords = 1024;  // of one text

bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

}  // namespace

// What holds another must go first, or a piece of it stays.
void Echo::add(std::string secret) {
    const bool known = std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end();
    if (secret.size() < kShortest || known) return;
    const auto at = std::find_if(secrets_.begin(), secrets_.end(),
                                 [&secret](const auto& each) { return each.size() < secret.size(); });
    secrets_.insert(at, std::move(secret));
}

// https://TOKEN@host: the user alone is the secret.
void Echo::add_userinfo(const std::string& user, const Secret& password) {
    add(password.empty() ? user : password.reveal());
    add(basic_credentials(user, password).reveal());
}

void Echo::add_query(std::string_view raw_query) {
    for (const std::string_view part : split(raw_query, '&'))
        add_query_part(part);
}

// A peer echoes the query as it came over the wire, so each value counts as sent, as written and as decoded.
// A short one would riddle every message and hides together with its name; a part without a name is all
// value.
void Echo::add_query_part(std::string_view part) {
    const std::size_t equals = part.find('=');
    const bool named = equals != std::string_view::npos;
    const std::string_view value = named ? part.substr(equals + 1) : part;
    if (value.empty()) return;
    const std::string_view hidden = value.size() < kShortest ? part : value;
    if (hidden.size() < kShortest && named) secrets_.emplace_back(hidden);  // "n=1"
    for (std::string form : {on_the_wire(hidden), std::string(hidden), percent_decode(hidden)})
        add(std::move(form));
}

void Echo::add_text(std::string_view text) {
    add(std::string(trim(text)));
    std::size_t words = 0;
    for (std::size_t at = 0; at < text.size() && words < kMostWords;) {
        std::size_t end = at;
        while (end < text.size() && in_word(text[end]))
            ++end;
        if (end - at >= kShortestWord) {
            add(std::string(text.substr(at, end - at)));
            ++words;
        }
        at = end + 1;
    }
}

std::string Echo::scrubbed(std::string_view words) const {
    const std::vector<std::string_view> views(secrets_.begin(), secrets_.end());
    return scrub(words, views);
}

}  // namespace plumb::http
