// Lines and words of small text files. None of it allocates for what it skips, so a file may be one endless
// line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::task::image {

// The next line without its end, taken off `rest`; nullopt when nothing is left.
std::optional<std::string_view> take_line(std::string_view& rest);

// What blanks separate; at most `most`.
std::vector<std::string_view> words(std::string_view line, std::size_t most = 256);

// "a b c" of the words of a line.
std::string single_spaced(std::string_view line);

std::string joined(const std::vector<std::string>& items, std::string_view between);

struct Assignment {
    std::string_view key;
    std::string value;  // without its quotes and the backslashes in them
};
// KEY=value, KEY="value" and KEY='value', as os-release(5) and locale.conf(5) have them; nullopt for comments
// and what is none.
std::optional<Assignment> parse_assignment(std::string_view line);

// An item of model/fact_list.hpp: sanitized, without ';', at most `limit` bytes.
std::string list_item(std::string_view text, std::size_t limit);

}  // namespace plumb::task::image
