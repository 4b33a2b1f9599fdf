#include "tests/lab/net/look.hpp"

#include "agent/config/task_config.hpp"

#include <algorithm>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plumb::lab {
namespace {

constexpr const char* kIntervals = "interval: 333ms, inspect_interval: 2s";

// What is written without quotes stays so: a number between quotes is none.
std::string scalar(const std::string& text) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.';
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_word)) return text;
    return boost::json::serialize(boost::json::value(text));
}

std::string in_one_line(const yaml::Reader& node) {
    std::vector<std::string> parts;
    if (node.is_map()) {
        for (const auto& [key, value] : node.entries())
            parts.push_back(fmt::format("{}: {}", key, in_one_line(value)));
        return fmt::format("{{{}}}", fmt::join(parts, ", "));
    }
    if (node.is_list()) {
        for (const auto& item : node.items())
            parts.push_back(in_one_line(item));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    return scalar(node.text().value_or(""));
}

}  // namespace

std::string read_look(const yaml::Reader& scenario) {
    const auto task = scenario.get("task");
    if (!task) return {};
    const agent::ReadValue as_it_stands = [](const yaml::Reader& node, std::string_view, bool) {
        return node.text();
    };
    const auto read = agent::parse_task(*task, as_it_stands);
    if (!read.look) return {};
    if (!task->is_map()) return fmt::format("{{{}}}", kIntervals);
    auto line = in_one_line(*task);
    if (!read.interval && !read.inspect_interval) {
        line.pop_back();
        line += fmt::format("{}{}}}", line.size() > 1 ? ", " : "", kIntervals);
    }
    return line;
}

}  // namespace plumb::lab
