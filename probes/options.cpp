#include "probes/options.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace plumb {
namespace {

// A query key is printed only when it looks like one: after a mistyped password anything may stand there.
std::string shown(std::string_view name) {
    const bool plain =
        !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
        });
    return plain ? " '" + std::string(name) + "'" : std::string{};
}

std::string known_list(const std::vector<std::string>& names) {
    if (names.empty()) return "it takes none";
    std::string out = "known: ";
    for (std::size_t i = 0; i < names.size(); ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    return out;
}

}  // namespace

Result<void> check_options(const Url& url, std::span<const Option> known, std::span<const Option> also) {
    std::vector<std::string> names;
    for (const auto& option : known)
        names.emplace_back(option.name);
    for (const auto& option : also)
        names.emplace_back(option.name);
    for (auto it = url.query.begin(); it != url.query.end(); ++it) {
        const auto& name = it->first;
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            const auto guess = nearest(name, names);
            return Error{url.scheme + " URL: unknown option" + shown(name) +
                         (guess.empty() ? "" : "; did you mean '" + guess + "'?") + " (" + known_list(names) +
                         ")"};
        }
        const bool again =
            std::any_of(url.query.begin(), it, [&](const auto& earlier) { return earlier.first == name; });
        if (again) return Error{url.scheme + " URL: option '" + name + "' is given twice"};
    }
    return {};
}

Result<std::optional<bool>> bool_option(const Url& url, std::string_view name) {
    const auto given = url.option(name);
    if (!given) return std::optional<bool>{};
    const auto value = to_lower(*given);
    for (const std::string_view yes : {"1", "true", "yes", "on"}) {
        if (value == yes) return std::optional<bool>{true};
    }
    for (const std::string_view no : {"0", "false", "no", "off"}) {
        if (value == no) return std::optional<bool>{false};
    }
    return Error{url.scheme + " URL: option '" + std::string(name) + "' is 1 or 0"};
}

Result<std::optional<long>> integer_option(const Url& url, std::string_view name, long min, long max) {
    const auto given = url.option(name);
    if (!given) return std::optional<long>{};
    long value = 0;
    const auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), value);
    if (error != std::errc() || end != given->data() + given->size() || value < min || value > max) {
        return Error{url.scheme + " URL: option '" + std::string(name) + "' is a number from " +
                     std::to_string(min) + " to " + std::to_string(max)};
    }
    return std::optional<long>{value};
}

}  // namespace plumb
