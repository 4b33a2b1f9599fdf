// What both kinds that take a regular expression say of a bad one, and the memory they allow one (RE2).
#pragma once

#include <cstdint>
#include <re2/re2.h>
#include <string>

namespace plumb {

inline constexpr std::int64_t kMaxPatternBytes = 1
                                                 << 20;  // compiled; RE2 falls back to a slower one beyond it

// RE2's own words, without the part of the pattern that it repeats behind them: it may hold a secret.
// REQUIRES: !pattern.ok().
inline std::string pattern_error(const re2::RE2& pattern) {
    std::string words = pattern.error();
    const std::string part = ": " + pattern.error_arg();
    if (words.ends_with(part)) words.resize(words.size() - part.size());
    return words;
}

}  // namespace plumb
