// What the terminal can show. Colour and width only when the stream is a terminal; NO_COLOR (no-color.org)
// and TERM=dumb switch colour off.
#pragma once

#include <string>
#include <string_view>

namespace plumb {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

class Terminal {
  public:
    explicit Terminal(int descriptor);  // asks the descriptor and the environment
    Terminal(bool colour, int width) : colour_(colour), width_(width) {}  // for tests and files

    bool colour() const { return colour_; }
    int width() const { return width_; }  // columns; where the terminal has no size $COLUMNS, else 80
    std::string paint(Style style, std::string_view text) const;

  private:
    bool colour_;
    int width_;
};

// Columns that a terminal gives a text: none to colours and to marks that combine, two to wide characters
// (UAX #11).
std::size_t display_width(std::string_view utf8);
// The longest beginning of whole characters that takes no more columns than these.
std::string_view fitting(std::string_view utf8, std::size_t columns);
std::string pad(std::string_view utf8, std::size_t columns);

}  // namespace plumb
