#include "model/labels.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace plumb {
namespace {

constexpr std::size_t kMaxLabelName = 64;

std::string quoted(std::string_view text) {
    return "'" + sanitize(text, 64) + "'";
}

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
}

Result<void> check_pair(std::string_view name, std::string_view value) {
    if (name.empty()) return Error{"a label has no name before '='; write name=value"};
    if (name.size() > kMaxLabelName) return Error{"label name " + quoted(name) + " is longer than 64 bytes"};
    if (!std::all_of(name.begin(), name.end(), is_name_char)) {
        return Error{"label name " + quoted(name) + " may hold only letters, digits and _ - . /"};
    }
    if (value.empty())
        return Error{"label " + quoted(name) + " has no value; write " + std::string(name) + "=VALUE"};
    if (value.size() > kMaxLabelBytes)
        return Error{"the value of label " + quoted(name) + " is longer than 256 bytes"};
    if (sanitize(value, value.size()) != value) {
        return Error{"the value of label " + quoted(name) + " holds characters that cannot be shown"};
    }
    return {};
}

}  // namespace

bool Selector::matches(const Labels& labels) const {
    return std::all_of(pairs.begin(), pairs.end(), [&labels](const auto& pair) {
        const auto found = labels.find(pair.first);
        return found != labels.end() && found->second == pair.second;
    });
}

std::string Selector::text() const {
    std::string out;
    for (const auto& [name, value] : pairs) {
        if (!out.empty()) out += ',';
        out += name;
        out += '=';
        out += value;
    }
    return out;
}

Result<Selector> parse_selector(std::string_view text) {
    text = trim(text);
    if (text.empty()) {
        return Error{"the selector is empty; write an environment such as staging, or name=value,name=value"};
    }
    const auto parts = split(text, ',');
    if (parts.size() > kMaxLabels) return Error{"the selector has more than 32 labels"};
    Selector out;
    for (std::string_view part : parts) {
        part = trim(part);
        if (part.empty()) return Error{"the selector " + quoted(text) + " has an empty part between commas"};
        const std::size_t equals = part.find('=');
        const bool bare = equals == std::string_view::npos;
        if (bare && parts.size() > 1) {
            return Error{quoted(part) + " is no name=value; did you mean environment=" + sanitize(part, 64) +
                         "?"};
        }
        const std::string_view name = bare ? "environment" : trim(part.substr(0, equals));
        const std::string_view value = bare ? part : trim(part.substr(equals + 1));
        if (value.find('=') != std::string_view::npos) {
            return Error{quoted(part) + " has more than one '='; separate labels by commas"};
        }
        if (const auto checked = check_pair(name, value); !checked) return checked.error();
        if (!out.pairs.emplace(name, value).second)
            return Error{"label " + quoted(name) + " stands twice in the selector"};
    }
    return out;
}

}  // namespace plumb
