#include "controller/ctl/fleet.hpp"

#include "base/duration.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

constexpr std::size_t kColumns = 7;
constexpr std::size_t kMaxCell = 40;
using Row = std::array<std::string, kColumns>;

std::string label(const FleetTask& task, const std::string& name) {
    const auto found = task.labels.find(name);
    return found == task.labels.end() || found->second.empty() ? "-" : found->second;
}

// The table shows the end of a long value: of an ARN or an id that is the part that tells two apart.
std::string cell(std::string text) {
    if (display_width(text) <= kMaxCell) return text;
    std::size_t begin = text.size() - (kMaxCell - 1);
    while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80)
        ++begin;
    return "…" + text.substr(begin);
}

std::string age(const FleetTask& task) {
    if (task.last_window_age.count() < 0) return "none yet";
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(task.last_window_age).count();
    std::string text = seconds < 120      ? fmt::format("{} s ago", seconds)
                       : seconds < 7200   ? fmt::format("{} min ago", seconds / 60)
                       : seconds < 172800 ? fmt::format("{} h ago", seconds / 3600)
                                          : fmt::format("{} d ago", seconds / 86400);
    return task.said_goodbye ? text + ", stopped" : text;
}

Row row_of(const FleetTask& task) {
    const std::string name = label(task, "task");
    return {
        cell(label(task, "environment")), cell(label(task, "service")), cell(name == "-" ? task.agent : name),
        cell(label(task, "zone")),        cell(task.version),           age(task),
        std::to_string(task.windows)};
}

}  // namespace

std::string fleet_table(std::vector<FleetTask> tasks, const Terminal& terminal) {
    if (tasks.empty()) return "No agent has reported in this time.\n";
    std::sort(tasks.begin(), tasks.end(), [](const FleetTask& a, const FleetTask& b) {
        return std::tuple(label(a, "environment"), label(a, "service"), label(a, "task"), a.agent) <
               std::tuple(label(b, "environment"), label(b, "service"), label(b, "task"), b.agent);
    });
    std::vector<Row> rows;
    rows.reserve(tasks.size());
    for (const auto& task : tasks)
        rows.push_back(row_of(task));
    const Row head{"ENVIRONMENT", "SERVICE", "TASK", "ZONE", "VERSION", "LAST WINDOW", "WINDOWS"};
    std::array<std::size_t, kColumns> width{};
    for (std::size_t i = 0; i < kColumns; ++i) {
        width.at(i) = display_width(head.at(i));
        for (const auto& row : rows)
            width.at(i) = std::max(width.at(i), display_width(row.at(i)));
    }
    const auto line = [&](const Row& row) {
        std::string out;
        for (std::size_t i = 0; i + 1 < kColumns; ++i)
            out += pad(row.at(i), width.at(i) + 2);
        return out + row.back();
    };
    std::string out = terminal.paint(Style::bold, line(head)) + "\n";
    for (const auto& row : rows)
        out += line(row) + "\n";
    return out;
}

std::string fleet_json(const std::vector<FleetTask>& tasks) {
    boost::json::array list;
    for (const auto& task : tasks) {
        boost::json::object labels;
        for (const auto& [name, value] : task.labels)
            labels[name] = value;
        boost::json::object one;
        one["agent"] = task.agent;
        one["version"] = task.version;
        one["labels"] = std::move(labels);
        if (task.last_window_age.count() < 0) {
            one["last_window_age_s"] = nullptr;
        } else {
            one["last_window_age_s"] = static_cast<double>(task.last_window_age.count()) / 1000;
        }
        one["windows"] = task.windows;
        one["last_sequence"] = task.last_sequence;
        one["said_goodbye"] = task.said_goodbye;
        list.push_back(std::move(one));
    }
    boost::json::object root;
    root["tasks"] = std::move(list);
    return boost::json::serialize(root) + "\n";
}

}  // namespace plumb::ctl
