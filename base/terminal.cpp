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
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string pad(std::string_view utf8, std::size_t columns) {
    std::string out(utf8);
    const std::size_t width = display_width(utf8);
    if (width < columns) out.append(columns - width, ' ');
    return out;
}

}  // namespace plumb
