#include "tests/bench/report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace plumb::bench {
namespace {

struct Machine {
    unsigned processors = std::thread::hardware_concurrency();
    std::string model = "unknown";
    std::string kernel;
};

Machine this_machine() {
    Machine machine;
    std::ifstream cpus("/proc/cpuinfo");
    for (std::string line; std::getline(cpus, line);) {
        if (!line.starts_with("model name")) continue;
        machine.model = line.substr(line.find(':') + 2);
        break;
    }
    utsname names{};
    if (::uname(&names) == 0) machine.kernel = std::string(names.sysname) + ' ' + names.release;
    return machine;
}

std::string today() {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
}

std::string amount(double value) {
    if (value >= 1000) return fmt::format("{:.0f}", value);
    return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

std::string with_unit(double value, const std::string& unit) {
    return amount(value) + (unit == "us" ? " µs" : ' ' + unit);
}

std::string verdict(const Figure& figure, bool judged) {
    const auto met = figure.met();
    if (!met) return "";
    if (!judged) return "not judged";
    return *met ? "met" : "MISSED";
}

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

Row row_of(const Figure& figure, bool judged) {
    Row row;
    row[0] = figure.what;
    row[1] = with_unit(figure.ours, figure.unit);
    if (figure.theirs) row[2] = with_unit(*figure.theirs, figure.unit);
    if (figure.ratio) row[3] = fmt::format("{:.2f}", *figure.ratio);
    if (figure.limit) {
        const bool of_ratio = figure.ratio.has_value();
        row[4] = "≤ " + (of_ratio ? amount(*figure.limit) : with_unit(*figure.limit, figure.unit));
    }
    row[5] = verdict(figure, judged);
    return row;
}

// Characters, not bytes: "µ" and "≤" are one each.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
    }));
}

std::string line_of(const Row& row, const std::array<std::size_t, kColumns>& widths) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
        const std::string padding(widths[i] - width_of(row[i]), ' ');
        line += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string_view caution(const Report& report) {
    if (sanitized()) return "built with sanitizers: the figures mean nothing\n";
    if (report.shortened) return "a short run: it shows that the bench works; its figures are not judged\n";
    return {};
}

}  // namespace

bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

std::optional<bool> Figure::met() const {
    if (!limit) return std::nullopt;
    return judged() <= *limit;
}

bool Report::judged() const {
    return !shortened && !sanitized();
}

bool Report::missed() const {
    return judged() && std::any_of(figures.begin(), figures.end(),
                                   [](const Figure& each) { return each.met() == false; });
}

std::string render_table(const Report& report) {
    const auto machine = this_machine();
    std::vector<Row> rows{{"", "ours", "theirs", "ratio", "target", ""}};
    for (const auto& figure : report.figures)
        rows.push_back(row_of(figure, report.judged()));
    std::array<std::size_t, kColumns> widths{};
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string text = fmt::format("{} on {}: {} processors, {}, {}\n", report.suite, today(),
                                   machine.processors, machine.model, machine.kernel);
    text += caution(report);
    for (const auto& row : rows)
        text += line_of(row, widths);
    for (const auto& note : report.notes)
        text += note + '\n';
    for (const auto& each : report.skipped)
        text += fmt::format("skipped: {} ({})\n", each.bench, each.reason);
    return text;
}

std::string render_json(const Report& report) {
    const auto machine = this_machine();
    boost::json::array figures;
    for (const auto& figure : report.figures) {
        boost::json::object entry{
            {"name", figure.name}, {"what", figure.what}, {"unit", figure.unit}, {"ours", figure.ours}};
        if (figure.theirs) entry["theirs"] = *figure.theirs;
        if (figure.ratio) entry["ratio"] = *figure.ratio;
        if (figure.limit) entry["limit"] = *figure.limit;
        if (figure.met() && report.judged()) entry["met"] = *figure.met();
        figures.push_back(std::move(entry));
    }
    boost::json::array skipped;
    for (const auto& each : report.skipped)
        skipped.push_back(boost::json::object{{"bench", each.bench}, {"reason", each.reason}});
    boost::json::array notes(report.notes.begin(), report.notes.end());
    const boost::json::object all{
        {"suite", report.suite},
        {"date", today()},
        {"machine",
         boost::json::object{
             {"processors", machine.processors}, {"model", machine.model}, {"kernel", machine.kernel}}},
        {"short", report.shortened},
        {"sanitized", sanitized()},
        {"figures", std::move(figures)},
        {"skipped", std::move(skipped)},
        {"notes", std::move(notes)},
    };
    return boost::json::serialize(all) + '\n';
}

}  // namespace plumb::bench
