// A peer's own words inside a sentence of ours stand between “ and ”, so that nobody takes them for what the
// probe found out. The marks never stand inside: a peer cannot end them.
#pragma once

#include "base/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

inline constexpr std::size_t kMaxPeerWords = 160;  // bytes: of a failure's detail enough is left for ours

// Marked alone, for words that are scrubbed and cut together with what stands around them.
inline std::string marked_words(std::string words) {
    for (const std::string_view mark : {"“", "”"}) {
        for (auto at = words.find(mark); at != std::string::npos; at = words.find(mark, at))
            words.replace(at, mark.size(), "\"");
    }
    return "“" + words + "”";
}

// Sanitized, cut, and marked. REQUIRES: scrubbed of secrets.
inline std::string peer_words(std::string_view untrusted, std::size_t limit = kMaxPeerWords) {
    return marked_words(sanitize(untrusted, limit));
}

// What came where an answer was expected: the beginning of it. REQUIRES: as of peer_words().
inline std::string first_bytes(std::string_view untrusted) {
    constexpr std::size_t kShown = 60;
    return peer_words(untrusted, kShown);
}

}  // namespace plumb
