#include "agent/wrap.hpp"

#include "base/terminal.hpp"
#include "base/text.hpp"

namespace plumb::agent {

std::string hanging(std::string_view label, std::string_view text, std::size_t indent, std::size_t width) {
    std::string out = pad(label, indent);
    std::size_t column = std::max(indent, display_width(label));
    if (display_width(label) >= indent && !label.empty() && !label.ends_with(' ')) {  // no room: still apart
        out += ' ';
        ++column;
    }
    bool first = true;
    for (const auto word : split(text, ' ')) {
        if (word.empty()) continue;
        const auto columns = display_width(word);
        if (!first && column + 1 + columns > width) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += columns;
        first = false;
    }
    out += '\n';
    return out;
}

}  // namespace plumb::agent
