#include "probes/task/limits/numbers.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace plumb::task::limits {

namespace {

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60U;

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    const auto digits = trim(text);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_limit(std::string_view text) {
    const auto value = parse_number(text);
    return value && *value < kNoLimit ? value : std::nullopt;
}

std::optional<std::uint64_t> parse_field(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ')
            return parse_number(line.substr(name.size() + 1));
    }
    return std::nullopt;
}

std::string_view take_word(std::string_view& text) {
    const auto from = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(from);
    const auto word = text.substr(0, text.find_first_of(" \t\n"));
    text.remove_prefix(word.size());
    return word;
}

std::string read_small(const std::string& path) {
    auto text = read_file(path, kMaxSmall);
    return text ? std::move(*text) : std::string();
}

}  // namespace plumb::task::limits
