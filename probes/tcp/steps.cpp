#include "probes/tcp/steps.hpp"

#include "probes/pattern_error.hpp"

#include <algorithm>
#include <array>

namespace plumb::tcp {
namespace {

std::optional<unsigned char> hex_byte(std::string_view digits) {
    if (digits.size() != 2) return std::nullopt;
    unsigned value = 0;
    for (const char c : digits) {
        static constexpr std::string_view kDigits = "0123456789abcdef";
        const auto digit = kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
        if (digit == std::string_view::npos) return std::nullopt;
        value = value * 16 + static_cast<unsigned>(digit);
    }
    return static_cast<unsigned char>(value);
}

}  // namespace

Result<std::string> unescape(std::string_view text) {
    static constexpr std::string_view kNames = "rnt0\\";
    static constexpr std::array<char, 5> kBytes{'\r', '\n', '\t', '\0', '\\'};
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char name = ++i < text.size() ? text[i] : '\0';
        const auto known = name == '\0' ? std::string_view::npos : kNames.find(name);
        if (known != std::string_view::npos) {
            out += kBytes[known];
        } else if (const auto byte = name == 'x' ? hex_byte(text.substr(i + 1, 2)) : std::nullopt) {
            out += static_cast<char>(*byte);
            i += 2;
        } else {
            return Error{"behind a backslash stands r, n, t, 0, xHH or another backslash"};
        }
    }
    return out;
}

Pattern::Pattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

Result<Pattern> Pattern::make(const std::string& text) {
    RE2::Options options(RE2::Latin1);  // bytes
    options.set_log_errors(false);
    options.set_max_mem(kMaxPatternBytes);
    auto compiled = std::make_unique<RE2>("(?m)" + text, options);
    if (!compiled->ok()) return Error{"no regular expression of RE2: " + pattern_error(*compiled)};
    return Pattern(std::move(compiled));
}

std::optional<Pattern::Match> Pattern::find(std::string_view text) const {
    re2::StringPiece found;
    const re2::StringPiece whole(text.data(), text.size());
    if (!compiled_->Match(whole, 0, whole.size(), RE2::UNANCHORED, &found, 1)) return std::nullopt;
    const auto begin = static_cast<std::size_t>(found.data() - text.data());
    const auto end = begin + found.size();
    const auto newline = text.find('\n', end > begin && text[end - 1] == '\n' ? end - 1 : end);
    const auto start = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
    const auto from = start == std::string_view::npos ? 0 : start + 1;
    Match match;
    match.line = text.substr(from, std::min(text.find('\n', begin), text.size()) - from);
    match.end = newline == std::string_view::npos ? end : newline + 1;
    return match;
}

}  // namespace plumb::tcp
