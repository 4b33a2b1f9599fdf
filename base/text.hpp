// Text from outside (a peer, a file, another agent) is bounded and escaped before a person or a program reads
// it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

inline constexpr std::size_t kMaxDetail = 256;  // bytes of a peer's words that an outcome keeps

// Escapes control characters, bidirectional overrides and invalid UTF-8 as \xNN or \u{NNNN} and cuts the
// result at a character boundary to at most `limit` bytes, marking the cut with "…". Printable UTF-8 passes
// unchanged.
std::string sanitize(std::string_view untrusted, std::size_t limit = kMaxDetail);

// A person's own words, for a complaint that repeats them: sanitized, and cut to `limit`. Words in the wrong
// place may be a URL with a password: of a URL only the scheme is shown, and of user:password@host not the
// password.
std::string show_words(std::string_view words, std::size_t limit = 80);
std::string quote_words(std::string_view words, std::size_t limit = 80);  // the same between single quotes

std::string to_lower(std::string_view text);   // ASCII only
bool is_visible_ascii(std::string_view text);  // neither spaces nor controls: what a header may carry
bool equals_ignore_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts

// The candidate nearest to `word` by edit distance, or "" when none is near: "did you mean …?".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace plumb
