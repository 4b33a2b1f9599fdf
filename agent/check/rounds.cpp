#include "agent/check/rounds.hpp"

#include "agent/check/table/page.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

constexpr std::size_t kChanges = 4;  // that are shown

std::string seconds_words(std::chrono::system_clock::duration length) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

// "2026-11-23T10:00:24Z" → "10:00:24".
std::string time_of_day(std::chrono::system_clock::time_point at) {
    return format_time(at).substr(11, 8);
}

// A terminal that has no width wraps nothing.
std::size_t rows_of(std::string_view line, std::size_t columns) {
    if (columns == 0) return 1;
    return std::max<std::size_t>((display_width(line) + columns - 1) / columns, 1);
}

struct Hidden {
    std::size_t where = 0;  // the line that stands for the hidden ones
    std::string words;      // empty: none is hidden
};

// Takes lines away before the page's end until the window holds the rest.
Hidden fit(std::vector<std::string_view>& lines, Screen::Window window) {
    const auto room = std::max<std::size_t>(window.rows, 4) - 1;  // the cursor stands below
    std::size_t rows = 0;
    for (const auto line : lines)
        rows += rows_of(line, window.columns);
    if (window.rows == 0 || rows <= room) return {};
    auto end = lines.size() - 1;  // where the page's end begins
    while (end > 1 && !lines[end - 1].empty() && lines.size() - end < room / 2)
        --end;
    if (end <= 1 || !lines[end - 1].empty()) end = lines.size() - 1;
    std::size_t used = 1;  // the line that tells of the others
    for (auto i = end; i < lines.size(); ++i)
        used += rows_of(lines[i], window.columns);
    std::size_t kept = 0;
    while (kept < end && used + rows_of(lines[kept], window.columns) <= room)
        used += rows_of(lines[kept++], window.columns);
    const auto words = fmt::format("… {} more lines: they need a taller window", end - kept);
    if (kept == end) return {};
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(kept) + 1,
                lines.begin() + static_cast<std::ptrdiff_t>(end));
    return {kept, cut_words(words, window.columns > 0 ? window.columns : words.size())};
}

}  // namespace

void Rounds::add(const std::vector<Outcome>& outcomes, const std::string& task, Time now) {
    if (count_++ == 0) began_ = now;
    note("task", task, now);  // a name that no dependency has
    for (const auto& outcome : outcomes) {
        const auto failure =
            outcome.ok() ? std::string()
                         : fmt::format("{}: {}", outcome.failure->phase, to_string(outcome.failure->cause));
        note(outcome.dependency, failure, now);
    }
}

// The first round is where it begins, no change.
void Rounds::note(const std::string& dependency, const std::string& failure, Time now) {
    const auto [found, fresh] = states_.try_emplace(dependency, State{failure, now});
    auto& state = found->second;
    if (fresh || state.failure == failure) return;
    const auto words = failure.empty() ? "is back after " + seconds_words(now - state.since) : failure;
    changes_.push_back({now, dependency, words, !failure.empty()});
    if (changes_.size() > kChanges) changes_.erase(changes_.begin());
    state = {failure, now};
}

std::string Rounds::head(std::chrono::nanoseconds pause, Time now, const Terminal& terminal) const {
    const auto width = static_cast<std::size_t>(std::max(terminal.width(), 20));
    const auto counter = fmt::format("round {} · every {} · since {}", count_, format_duration(pause),
                                     seconds_words(now - began_));
    std::string out = terminal.paint(Style::dim, cut_words(counter, width)) + '\n';
    for (const auto& change : changes_) {
        const auto words = fmt::format("{}  {} {}  {}", time_of_day(change.at), change.failed ? "✗" : "✓",
                                       change.dependency, change.words);
        out += terminal.paint(change.failed ? Style::red : Style::green, cut_words(words, width)) + '\n';
    }
    return out + '\n';
}

std::string Screen::redraw(std::string_view page, Window window) {
    auto lines = split(page, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const auto hidden = fit(lines, window);
    std::string out = "\r\x1b[J";
    if (drawn_ > 0) out = fmt::format("\x1b[{}A\r\x1b[J", drawn_);
    if (drawn_ > 0 && columns_ != window.columns) out = "\x1b[H\x1b[2J";
    drawn_ = 0;
    columns_ = window.columns;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line =
            hidden.where == i && !hidden.words.empty() ? std::string_view(hidden.words) : lines[i];
        out.append(line).append("\n");
        drawn_ += rows_of(line, window.columns);
    }
    return out;
}

}  // namespace plumb::agent
