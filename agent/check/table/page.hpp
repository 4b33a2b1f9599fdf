// The page that the table is written on: lines of the terminal's width. Where a text is to be short it is cut
// at a word's or a thought's end, and the writer is told that there is more to read.
#pragma once

#include "base/terminal.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::agent {

inline constexpr std::size_t kIndent = 4;
inline constexpr std::size_t kWords = 12;  // column where explanations begin
inline constexpr std::size_t kNames = 33;  // column where the values of facts and gauges begin

// At most `columns` wide: whole words and "…" where not all of it fits.
std::string cut_words(std::string_view text, std::size_t columns);

// Where the first `count` thoughts of a text end: at "; ", ". " or "? " outside parentheses. At most the
// text's length.
std::size_t end_of_thoughts(std::string_view text, std::size_t count);

class Page {
  public:
    using Parts = std::vector<std::pair<std::string, Style>>;

    // `whole`: nothing is cut, and everything is shown.
    Page(const Terminal& terminal, bool whole);

    std::size_t width() const { return width_; }
    bool whole() const { return whole_; }
    std::string paint(Style style, std::string_view text) const { return terminal_.paint(style, text); }

    void line(std::string_view text);  // with its end
    void blank();                      // an empty line, never two and never the first
    // "✓ cache  redis  10.0.1.9:6379        914 µs": a mark, a name, what follows it, and the result at the
    // right.
    void heading(std::pair<std::string_view, Style> mark, std::string_view name, std::string_view more,
                 const std::string& place, std::string_view result, Style result_style);
    void words(std::string_view label, std::string_view text);  // indented, wrapped
    // In one line. False: it was cut.
    bool one_line(std::string_view label, std::string_view text, Style style = Style::plain);
    // As many whole thoughts as so many lines hold, and the first however long it is. False: there are more.
    bool thoughts(std::string_view label, std::string_view text, std::size_t lines,
                  Style style = Style::plain);
    void painted(Style style, std::string_view lines);  // each with its end
    void joined(const Parts& parts);  // with " · " between, wrapped; widths are counted without the colours

    std::string take() { return std::move(out_); }

  private:
    Terminal terminal_;
    bool whole_;
    std::size_t width_;
    std::string out_;
};

}  // namespace plumb::agent
