#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace plumb {
namespace {

struct Decoded {
    char32_t code = 0;
    std::size_t length = 0;  // 0: not valid UTF-8 at this place
};

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

// One code point from the front of `text` (not empty). Over-long forms, surrogates and values past U+10FFFF
// are invalid, as in RFC 3629.
Decoded decode_front(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return {first, 1};
    std::size_t length = 0;
    char32_t code = 0;
    char32_t least = 0;
    if ((first & 0xE0U) == 0xC0U) {
        length = 2, code = first & 0x1FU, least = 0x80;
    } else if ((first & 0xF0U) == 0xE0U) {
        length = 3, code = first & 0x0FU, least = 0x800;
    } else if ((first & 0xF8U) == 0xF0U) {
        length = 4, code = first & 0x07U, least = 0x10000;
    } else {
        return {};
    }
    if (text.size() < length) return {};
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (!is_continuation(byte)) return {};
        code = (code << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least || code > 0x10FFFF || surrogate) return {};
    return {code, length};
}

struct Range {
    char32_t first;
    char32_t last;
};

// What a terminal or a reader may obey, reorder by, or not see at all.
constexpr std::array<Range, 14> kHidden{{
    {0x00, 0x1F},         // C0: newline, escape, bell …
    {0x7F, 0x9F},         // DEL and C1, which some terminals take for escapes
    {0xAD, 0xAD},         // soft hyphen
    {0x61C, 0x61C},       // Arabic letter mark
    {0x180E, 0x180E},     // Mongolian vowel separator
    {0x200B, 0x200F},     // zero width, left-to-right and right-to-left marks
    {0x2028, 0x202E},     // line and paragraph separators, bidirectional embeddings and overrides
    {0x2060, 0x206F},     // word joiner, bidirectional isolates
    {0xFEFF, 0xFEFF},     // byte order mark
    {0xFFF9, 0xFFFB},     // interlinear annotation
    {0xFDD0, 0xFDEF},     // noncharacters
    {0xFFFE, 0xFFFF},     //
    {0xE0000, 0xE007F},   // tags: invisible text
    {0xF0000, 0x10FFFF},  // private planes
}};

bool is_hidden(char32_t code) {
    return std::any_of(kHidden.begin(), kHidden.end(),
                       [code](const Range& range) { return code >= range.first && code <= range.last; });
}

constexpr std::string_view kCutMark = "…";

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitute = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, substitute});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
    }
    return above[b.size()];
}

}  // namespace

std::string sanitize(std::string_view untrusted, std::size_t limit) {
    std::string out;
    std::size_t cut = 0;  // the longest whole prefix of `out` that leaves room for the mark
    while (!untrusted.empty()) {
        const std::size_t before = out.size();
        const Decoded decoded = decode_front(untrusted);
        if (decoded.length == 0 || (decoded.length == 1 && is_hidden(decoded.code))) {
            fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(untrusted[0]));
        } else if (is_hidden(decoded.code)) {
            fmt::format_to(std::back_inserter(out), "\\u{{{:04X}}}",
                           static_cast<std::uint32_t>(decoded.code));
        } else {
            out.append(untrusted.substr(0, decoded.length));
        }
        if (out.size() > limit) {
            out.resize(limit >= kCutMark.size() ? cut : before);
            if (limit >= kCutMark.size()) out.append(kCutMark);
            return out;
        }
        if (out.size() + kCutMark.size() <= limit) cut = out.size();
        untrusted.remove_prefix(std::max<std::size_t>(decoded.length, 1));
    }
    return out;
}

std::string show_words(std::string_view words, std::size_t limit) {
    if (const auto scheme = words.find("://"); scheme != std::string_view::npos) {
        const auto before = words.substr(0, scheme);
        const auto first = before.find(':');
        // Not a scheme, but user:password, with a "://" in the password.
        if (first != std::string_view::npos && before.find('@') == std::string_view::npos)
            return sanitize(before.substr(0, first + 1), limit) + "***://***";
        return show_words(before, limit) + "://***";
    }
    const auto at = words.rfind('@');
    const auto colon = words.find(':');
    if (at == std::string_view::npos || colon > at) return sanitize(words, limit);
    return sanitize(words.substr(0, colon + 1), limit) + "***" + sanitize(words.substr(at), limit);
}

std::string quote_words(std::string_view words, std::size_t limit) {
    return "'" + show_words(words, limit) + "'";
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool is_visible_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool equals_ignore_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t kLongest = 64;  // the distance costs the product of both lengths
    if (word.empty() || word.size() > kLongest) return "";
    const std::string wanted = to_lower(word);
    const std::size_t near = std::max<std::size_t>(1, word.size() / 3);
    std::size_t best = near + 1;
    std::string found;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > kLongest) continue;
        const std::size_t distance = edit_distance(wanted, to_lower(candidate));
        if (distance < best && distance < candidate.size()) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

}  // namespace plumb
