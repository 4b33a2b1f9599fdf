#include "controller/judge/report/render_layout.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace plumb::judge {
namespace {

constexpr std::size_t kWidest = 100;
constexpr std::size_t kNarrowest = 40;

}  // namespace

std::size_t columns_of(const Terminal& terminal) {
    return std::clamp(static_cast<std::size_t>(std::max(terminal.width(), 1)), kNarrowest, kWidest);
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
    std::string out;
    std::size_t used = indent;
    for (const auto word : split(text, ' ')) {
        if (word.empty()) continue;
        const std::size_t width = display_width(word);
        if (used > indent && used + 1 + width > columns) {
            out += "\n" + std::string(indent, ' ');
            used = indent;
        } else if (used > indent) {
            out += ' ';
            ++used;
        }
        out += word;
        used += width;
    }
    return out;
}

}  // namespace plumb::judge
