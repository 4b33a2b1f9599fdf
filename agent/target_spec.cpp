#include "agent/target_spec.hpp"

#include "base/text.hpp"
#include "model/window.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

}  // namespace

Result<void> check_dependency_name(std::string_view name) {
    if (name.empty()) return Error{"the name of a dependency is empty; give one, as in database"};
    if (name.size() > kMaxName) {
        return Error{fmt::format("the name of a dependency has {} bytes; at most {} are allowed", name.size(),
                                 kMaxName)};
    }
    if (!std::all_of(name.begin(), name.end(), is_name_character)) {
        return Error{fmt::format("{} is no name of a dependency; use letters, digits, '.', '_' and '-'",
                                 quote_words(name))};
    }
    if (name == "task") {
        return Error{
            "'task' is kept for the evidence about the task itself; give the dependency another name"};
    }
    return {};
}

Result<Url> read_url(std::string_view text) {
    if (text.empty()) return Error{"the URL is empty; give one, as in redis://cache:6379/0"};
    if (text.size() > kMaxUrlBytes) {
        return Error{fmt::format("the URL has {} bytes; at most {} are allowed", text.size(), kMaxUrlBytes)};
    }
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), is_control)) {
        return Error{"the URL contains a line break or another control character; give it on one line"};
    }
    return parse_url(text);
}

}  // namespace plumb::agent
