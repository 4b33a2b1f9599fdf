#include "base/terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace plumb {
namespace {

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string_view code_of(Style style) {
    switch (style) {
        case Style::plain:
            return "";
        case Style::bold:
            return "\x1b[1m";
        case Style::dim:
            return "\x1b[2m";
        case Style::red:
            return "\x1b[31m";
        case Style::green:
            return "\x1b[32m";
        case Style::yellow:
            return "\x1b[33m";
        case Style::cyan:
            return "\x1b[36m";
    }
    return "";
}

constexpr int kUnknownWidth = 80;
constexpr int kWidest = 1000;

// Of the characters that servers and names bring along; what is not told here takes one column.
std::size_t columns_of(char32_t point) {
    struct Range {
        char32_t first, last;
        std::size_t columns;
    };
    constexpr Range kRanges[] = {{0x0300, 0x036F, 0}, {0x1100, 0x115F, 2},   {0x200B, 0x200F, 0},
                                 {0x2E80, 0xA4CF, 2}, {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
                                 {0xFE00, 0xFE0F, 0}, {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},
                                 {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}};
    for (const auto& range : kRanges) {
        if (point >= range.first && point <= range.last) return range.columns;
    }
    return 1;
}

struct Character {
    std::size_t bytes;
    std::size_t columns;
};

// The first one; a colour ("\x1b[31m") is one that takes no column. REQUIRES: not empty. Reads no further
// than the text, however it ends.
Character first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead == 0x1b) return {std::min(text.find('m'), text.size() - 1) + 1, 0};
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t bytes = std::min(length, text.size());
    char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < bytes; ++i)
        point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    return {bytes, columns_of(point)};
}

}  // namespace

Terminal::Terminal(int descriptor) : colour_(false), width_(kUnknownWidth) {
    if (::isatty(descriptor) != 1) return;
    colour_ = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        width_ = size.ws_col;
    } else if (const int columns = std::atoi(std::string(environment("COLUMNS")).c_str()); columns > 0) {
        width_ = std::min(columns, kWidest);  // as a terminal without a size, such as a serial line, is told
    }
}

std::string Terminal::paint(Style style, std::string_view text) const {
    if (!colour_ || style == Style::plain) return std::string(text);
    std::string out(code_of(style));
    out.append(text);
    out.append("\x1b[0m");
    return out;
}

std::size_t display_width(std::string_view utf8) {
    std::size_t columns = 0;
    while (!utf8.empty()) {
        const auto next = first_of(utf8);
        columns += next.columns;
        utf8.remove_prefix(next.bytes);
    }
    return columns;
}

std::string_view fitting(std::string_view utf8, std::size_t columns) {
    std::size_t end = 0;
    while (end < utf8.size()) {
        const auto next = first_of(utf8.substr(end));
        if (next.columns > columns) break;
        columns -= next.columns;
        end += next.bytes;
    }
    return utf8.substr(0, end);
}

std::string pad(std::string_view utf8, std::size_t columns) {
    std::string out(utf8);
    const std::size_t width = display_width(utf8);
    if (width < columns) out.append(columns - width, ' ');
    return out;
}

}  // namespace plumb
