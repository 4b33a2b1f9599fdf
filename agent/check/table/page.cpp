#include "agent/check/table/page.hpp"

#include "agent/wrap.hpp"
#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {

std::string cut_words(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    auto kept = fitting(text, columns - std::min<std::size_t>(columns, 1));  // "…" takes a column
    if (text[kept.size()] != ' ') {
        const auto end = kept.rfind(' ');
        if (end != std::string_view::npos && end > 0) kept = kept.substr(0, end);
    }
    while (!kept.empty() && std::string_view(" ,;:(").find(kept.back()) != std::string_view::npos)
        kept.remove_suffix(1);
    return std::string(kept) + "…";
}

std::size_t end_of_thoughts(std::string_view text, std::size_t count) {
    int depth = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        const bool ends =
            depth == 0 && (text[i] == ';' || text[i] == '.' || text[i] == '?') && text[i + 1] == ' ';
        if (ends && --count == 0) return i + 1;
    }
    return text.size();
}

Page::Page(const Terminal& terminal, bool whole)
    : terminal_(terminal), whole_(whole), width_(static_cast<std::size_t>(std::max(terminal.width(), 40))) {}

void Page::line(std::string_view text) {
    out_.append(text);
    out_ += '\n';
}

void Page::blank() {
    if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
}

void Page::heading(std::pair<std::string_view, Style> mark, std::string_view name, std::string_view more,
                   const std::string& place, std::string_view result, Style result_style) {
    const auto left = 2 + display_width(name) + (more.empty() ? 0 : 2 + display_width(more));
    const auto right = display_width(result);
    const auto there = place.empty() ? 0 : 2 + display_width(place);
    out_ += paint(mark.second, mark.first) + ' ' + paint(Style::bold, name);
    if (!more.empty()) out_.append("  ").append(more);
    if (left + there + 2 + right <= width_) {
        if (!place.empty()) out_ += "  " + place;
        out_.append(width_ - left - there - right, ' ');
    } else {  // on a line of its own
        out_ += '\n' + std::string(kIndent, ' ') + (place.empty() ? "" : place + "  ");
    }
    line(paint(result_style, result));
}

void Page::words(std::string_view label, std::string_view text) {
    out_ += hanging(std::string(kIndent, ' ') + std::string(label), text, kWords, width_);
}

bool Page::one_line(std::string_view label, std::string_view text, Style style) {
    if (whole_) {
        words(label, text);
        return true;
    }
    const auto before = pad(std::string(kIndent, ' ') + std::string(label), kWords);
    const auto room = width_ - std::min(width_, display_width(before));
    const auto shown = cut_words(text, room);
    line(before + paint(style, shown));
    return shown.size() == text.size();
}

bool Page::thoughts(std::string_view label, std::string_view text, std::size_t lines, Style style) {
    if (text.empty()) return true;
    const auto before = std::string(kIndent, ' ') + std::string(label);
    std::string shown;
    bool all = false;
    for (std::size_t count = 1; !all; ++count) {
        const auto end = end_of_thoughts(text, count);
        all = end == text.size();
        auto wrapped = hanging(before, std::string(text.substr(0, end)) + (all ? "" : " …"), kWords, width_);
        const auto height = static_cast<std::size_t>(std::count(wrapped.begin(), wrapped.end(), '\n'));
        if (count > 1 && height > lines && !whole_) {
            all = false;
            break;
        }
        shown = std::move(wrapped);
    }
    // The label stays as it is.
    out_ += pad(before, kWords);
    painted(style, std::string_view(shown).substr(pad(before, kWords).size()));
    return all;
}

void Page::painted(Style style, std::string_view lines) {
    for (const auto each : split(lines, '\n')) {
        if (!each.empty()) line(paint(style, each));
    }
}

void Page::joined(const Parts& parts) {
    std::size_t column = kIndent;
    out_.append(kIndent, ' ');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& [text, style] = parts[i];
        const auto columns = display_width(text);
        if (i > 0 && column + 3 + columns > width_) {
            out_ += '\n';
            out_.append(kIndent, ' ');
            column = kIndent;
        } else if (i > 0) {
            out_ += " · ";
            column += 3;
        }
        out_ += paint(style, text);
        column += columns;
    }
    out_ += '\n';
}

}  // namespace plumb::agent
