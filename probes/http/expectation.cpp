#include "probes/http/expectation.hpp"

#include "base/text.hpp"
#include "probes/http/wire_text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace plumb::http {
namespace {

Result<int> parse_status(std::string_view text) {
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || stop != text.data() + text.size() || value < 100 || value > 599) {
        return Error{"http URL: status takes numbers from 100 to 599, as in status=200-204,301"};
    }
    return value;
}

Result<Pattern> compile(std::string_view option, std::string_view text) {
    auto pattern = Pattern::make(text);
    if (pattern) return pattern;
    return Error{
        fmt::format("http URL: option '{}' is no regular expression: {} (RE2's syntax; '&', '#' and '%' "
                    "are written %26, %23 and %25)",
                    option, pattern.error().message)};
}

Result<TextRule> header_rule(std::string_view option, std::string_view text) {
    const auto colon = text.find(':');
    const bool named = colon != std::string_view::npos && is_token(trim(text.substr(0, colon)));
    if (!named)
        return Error{fmt::format("http URL: option '{}' is a name and a pattern, as in {}=Content-Type:json",
                                 option, option)};
    auto pattern = compile(option, trim(text.substr(colon + 1)));
    if (!pattern) return pattern.error();
    return TextRule{to_lower(trim(text.substr(0, colon))), *std::move(pattern), true};
}

Result<void> read_option(Expectation& expected, std::string_view name, const std::string& value) {
    const bool wanted = !name.ends_with("_not_match");
    if (name == "header_match" || name == "header_not_match") {
        auto rule = header_rule(name, value);
        if (!rule) return rule.error();
        rule->wanted = wanted;
        expected.header.push_back(*std::move(rule));
    } else if (name == "body_match" || name == "body_not_match") {
        auto pattern = compile(name, value);
        if (!pattern) return pattern.error();
        expected.body.push_back({"", *std::move(pattern), wanted});
    } else if (name == "json") {
        auto json = parse_json_expectation(value);
        if (!json) return Error{"http URL: " + json.error().message};
        expected.json.push_back(*std::move(json));
    } else if (name == "status") {
        auto ranges = parse_statuses(value);
        if (!ranges) return ranges.error();
        expected.statuses = *std::move(ranges);
        expected.statuses_text = value;
    }
    return {};
}

}  // namespace

Result<std::vector<StatusRange>> parse_statuses(std::string_view text) {
    std::vector<StatusRange> ranges;
    for (const std::string_view part : split(text, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = parse_status(part.substr(0, dash));
        if (!first) return first.error();
        const auto last = dash == std::string_view::npos ? first : parse_status(part.substr(dash + 1));
        if (!last) return last.error();
        if (*last < *first)
            return Error{"http URL: a range of statuses begins with the smaller one, as in status=200-204"};
        ranges.push_back({*first, *last});
    }
    return ranges;
}

bool Expectation::needs_whole_body() const {
    return !json.empty() ||
           std::any_of(body.begin(), body.end(), [](const TextRule& rule) { return !rule.wanted; });
}

std::vector<std::string> Expectation::fields() const {
    std::vector<std::string> names;
    for (const auto& rule : header)
        names.push_back(rule.field);
    return names;
}

Result<Expectation> read_expectation(const Url& options) {
    Expectation expected;
    for (const auto& [name, value] : options.query) {
        if (auto read = read_option(expected, name, value); !read) return read.error();
    }
    return expected;
}

std::string header_complaint(const Expectation& expected, const Head& head) {
    for (const auto& rule : expected.header) {
        bool present = false;
        bool found = false;
        for (const auto& [name, value] : head.lines) {
            if (name != rule.field) continue;
            present = true;
            found = found || rule.pattern.is_found_in(value);
        }
        if (found == rule.wanted) continue;
        if (!present) return fmt::format("the answer has no header {}", rule.field);
        return fmt::format("the header {} {}", rule.field,
                           found ? "matches header_not_match" : "does not match header_match");
    }
    return {};
}

std::string unwanted_complaint(const Expectation& expected, std::string_view body) {
    for (const auto& rule : expected.body) {
        if (!rule.wanted && rule.pattern.is_found_in(body))
            return fmt::format("the body ({} bytes) matches body_not_match", body.size());
    }
    return {};
}

std::string missing_complaint(const Expectation& expected, std::string_view body) {
    for (const auto& rule : expected.body) {
        if (rule.wanted && !rule.pattern.is_found_in(body))
            return fmt::format("the body ({} bytes) does not match body_match", body.size());
    }
    return json_complaint(body, expected.json);
}

}  // namespace plumb::http
