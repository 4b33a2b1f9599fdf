#include "controller/ctl/diff/transcript.hpp"

#include <algorithm>
#include <optional>

#include <boost/json/parse.hpp>

namespace plumb::ctl {
namespace {

constexpr char kEscape = '\x1b';

// The end of the escape sequence that begins at `at`: CSI (ESC [ … final byte), OSC (ESC ] … BEL or ESC \) or
// a two-byte one. A sequence that is cut short ends with the text.
std::size_t end_of_escape(std::string_view text, std::size_t at) {
    constexpr std::size_t kLongest = 512;  // beyond it, it was no sequence
    std::size_t i = at + 1;
    if (i >= text.size()) return text.size();
    const std::size_t limit = std::min(text.size(), at + kLongest);
    if (text[i] == '[') {
        for (++i; i < limit; ++i) {
            if (text[i] >= '@' && text[i] <= '~') return i + 1;
            if (text[i] < ' ' || text[i] > '~') break;  // no parameter: the sequence was broken off
        }
        return at + 1;
    }
    if (text[i] == ']') {
        for (++i; i < limit; ++i) {
            if (text[i] == '\a') return i + 1;
            if (text[i] == kEscape) return i + 1 < limit && text[i + 1] == '\\' ? i + 2 : at + 1;
        }
        return at + 1;
    }
    return i + 1;
}

// UTF-16 little-endian to UTF-8; a lone surrogate becomes '?', as nothing that matters here holds one.
std::string from_utf16(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() / 2);
    const auto unit = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) |
               static_cast<unsigned>(static_cast<unsigned char>(bytes[i + 1])) << 8;
    };
    const auto put = [&](unsigned value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        unsigned code = unit(i);
        if (code >= 0xd800 && code < 0xdc00 && i + 3 < bytes.size()) {
            code = 0x10000 + ((code - 0xd800) << 10) + ((unit(i + 2) - 0xdc00) & 0x3ff);
            i += 2;
        }
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xc0 | code >> 6);
            put(0x80 | (code & 0x3f));
        } else if (code >= 0xd800 && code < 0xe000) {
            out += '?';
        } else if (code < 0x10000) {
            put(0xe0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
            put(0x80 | (code >> 6 & 0x3f));
            put(0x80 | (code & 0x3f));
        }
    }
    return out;
}

// Where the object that opens at `open` closes, or nothing. Knows strings, so braces in them do not count.
std::optional<std::size_t> closing_brace(std::string_view text, std::size_t open) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = open; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i;
        }
    }
    return std::nullopt;
}

// Only a brace that is followed by one of the object's own keys is worth a closer look.
bool promising(std::string_view text, std::size_t open) {
    const std::size_t next = text.find_first_not_of(" \t\n", open + 1);
    if (next == std::string_view::npos) return false;
    for (const std::string_view key : {"\"agent\"", "\"outcomes\"", "\"task\"", "\"interrupted\""}) {
        if (text.substr(next).starts_with(key)) return true;
    }
    return false;
}

std::optional<boost::json::object> as_check(std::string_view text) {
    // A terminal wraps where it likes, also inside a string, and JSON strings hold no raw newline: so none of
    // them means anything.
    std::string joined(text);
    std::erase(joined, '\n');
    boost::system::error_code failed;
    boost::json::value value = boost::json::parse(joined, failed);
    if (failed || !value.is_object()) return std::nullopt;
    auto& object = value.as_object();
    const auto* outcomes = object.if_contains("outcomes");
    if (!object.contains("agent") || outcomes == nullptr || !outcomes->is_array()) return std::nullopt;
    return std::move(object);
}

}  // namespace

std::string plain_text(std::string_view text) {
    std::string decoded;
    if (text.starts_with("\xff\xfe")) {
        decoded = from_utf16(text.substr(2));
        text = decoded;
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == kEscape) {
            i = end_of_escape(text, i);
        } else {
            if (text[i] != '\r' && text[i] != '\0') out += text[i];
            ++i;
        }
    }
    return out;
}

Result<boost::json::object> find_check(std::string_view raw) {
    if (raw.size() > kMaxTranscript) return Error{"larger than 32 MiB: no saved check"};
    const std::string text = plain_text(raw);
    std::optional<boost::json::object> found;
    bool cut_short = false;
    // Each promising brace may cost a look at all that follows: a file made to have many must not cost more
    // than this.
    std::size_t budget = 8 * text.size() + 1024;
    for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
        if (!promising(text, at)) {
            ++at;
            continue;
        }
        const auto close = closing_brace(text, at);
        const std::size_t looked_at = (close ? *close : text.size()) - at;
        if (looked_at > budget) break;
        budget -= looked_at;
        auto object = close ? as_check(std::string_view(text).substr(at, *close - at + 1)) : std::nullopt;
        cut_short = !close;
        at = object ? *close + 1 : at + 1;
        if (object) found = std::move(object);
    }
    if (found) return std::move(*found);
    if (cut_short) return Error{"the check's output is cut short: it begins but does not end"};
    return Error{"holds no output of `plumb-agent check --format json`"};
}

}  // namespace plumb::ctl
