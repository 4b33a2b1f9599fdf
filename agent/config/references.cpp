#include "agent/config/references.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

bool is_variable_name(std::string_view name) {
    const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    return !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), good) &&
           std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

Result<std::string> variable(std::string_view name, const Environment& environment) {
    if (!is_variable_name(name)) {
        return Error{fmt::format("{} is no name of an environment variable; write it as ${{DATABASE_URL}}",
                                 quote_words(name))};
    }
    auto value = environment(name);
    if (!value) {
        return Error{
            fmt::format("the environment variable {} is not set; set it for this container, or write the "
                        "value's place as file:PATH",
                        name)};
    }
    if (value->empty())
        return Error{fmt::format("the environment variable {} is empty; give it a value", name)};
    if (value->size() > kMaxSecretBytes) {
        return Error{fmt::format("the environment variable {} has over {} bytes", name, kMaxSecretBytes)};
    }
    return *std::move(value);
}

std::string percent_encode(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const bool unreserved =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        }
    }
    return out;
}

// Where the userinfo of the URL `text` lies: [begin, end), end at its '@'. Empty when it has none.
std::pair<std::size_t, std::size_t> userinfo(std::string_view text) {
    const auto start = text.find("://");
    if (start == std::string_view::npos) return {0, 0};
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at < start + 3) return {0, 0};
    return {start + 3, at};
}

std::string without_final_break(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text;
}

}  // namespace

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        if (value == nullptr) return std::nullopt;
        return std::string(value);
    };
}

Result<std::string> expand_variables(std::string_view text, const Environment& environment, bool in_url) {
    const auto [user_begin, user_end] = in_url ? userinfo(text) : std::pair<std::size_t, std::size_t>{0, 0};
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.substr(at, 3) == "$${") {
            out += "${";
            at += 3;
            continue;
        }
        if (text.substr(at, 2) != "${") {
            out += text[at++];
            continue;
        }
        const auto end = text.find('}', at);
        if (end == std::string_view::npos)
            return Error{"'${' has no closing '}'; write a plain '${' as '$${'"};
        auto value = variable(text.substr(at + 2, end - at - 2), environment);
        if (!value) return value.error();
        out += at >= user_begin && end < user_end ? percent_encode(*value) : *value;
        if (out.size() > kMaxSecretBytes)
            return Error{"the value is too long after its variables were put in"};
        at = end + 1;
    }
    return out;
}

bool is_whole_variable(std::string_view text) {
    return text.starts_with("env:") || (text.starts_with("${") && text.find('}') == text.size() - 1);
}

Result<std::string> follow_reference(std::string_view text, const Environment& environment) {
    if (text.starts_with("env:")) {
        auto value = variable(text.substr(4), environment);
        if (!value) return value.error();
        return without_final_break(*std::move(value));
    }
    if (!text.starts_with("file:")) return std::string(text);
    const std::string path(text.substr(5));
    if (path.empty() || path == "-") return Error{"file: needs a path, as in file:/run/secrets/database"};
    auto content = read_regular_file(path, kMaxSecretBytes);
    if (!content) return content.error();
    auto value = without_final_break(*std::move(content));
    if (value.empty())
        return Error{fmt::format("{}: the file is empty; it should hold the value", show_words(path))};
    return value;
}

}  // namespace plumb::agent
