#include "probes/task/image/lines.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace plumb::task::image {
namespace {

constexpr std::string_view kBlank = " \t\r\f\v";

std::string unquoted(std::string_view text) {
    const bool quoted =
        text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    if (!quoted) return std::string(text);
    const bool escapes = text.front() == '"';
    text = text.substr(1, text.size() - 2);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (escapes && text[i] == '\\' && i + 1 < text.size()) ++i;
        out.push_back(text[i]);
    }
    return out;
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::vector<std::string_view> words(std::string_view line, std::size_t most) {
    std::vector<std::string_view> out;
    for (auto at = line.find_first_not_of(kBlank); at != std::string_view::npos && out.size() < most;) {
        const auto end = std::min(line.find_first_of(kBlank, at), line.size());
        out.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(kBlank, end);
    }
    return out;
}

std::string single_spaced(std::string_view line) {
    std::string out;
    for (const auto word : words(line)) {
        if (!out.empty()) out.push_back(' ');
        out.append(word);
    }
    return out;
}

std::string joined(const std::vector<std::string>& items, std::string_view between) {
    std::string out;
    for (const auto& item : items) {
        if (!out.empty()) out.append(between);
        out.append(item);
    }
    return out;
}

std::optional<Assignment> parse_assignment(std::string_view line) {
    line = trim(line);
    const auto equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos || equals == 0) return std::nullopt;
    return Assignment{line.substr(0, equals), unquoted(line.substr(equals + 1))};
}

std::string list_item(std::string_view text, std::size_t limit) {
    auto item = sanitize(text, limit);
    std::replace(item.begin(), item.end(), ';', ',');
    return item;
}

}  // namespace plumb::task::image
