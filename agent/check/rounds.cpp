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

}  // namespace

void Rounds::add(const std::vector<Outcome>& outcomes, Time now) {
    if (count_++ == 0) began_ = now;
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
    const auto width = static_cast<std::size_t>(std::max(terminal.width(), 40));
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

std::string Screen::redraw(std::string_view page, std::size_t rows) {
    auto lines = split(page, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    const auto room = std::max<std::size_t>(rows, 4) - 1;  // the cursor stands below
    std::string out;
    if (drawn_ > 0) out = fmt::format("\x1b[{}A", drawn_);
    out += "\r\x1b[J";
    std::string hidden;
    if (rows > 0 && lines.size() > room) {
        hidden = fmt::format("… {} more lines: they need a taller window", lines.size() - room + 1);
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(room) - 2, lines.end() - 1);
        lines.insert(lines.end() - 1, hidden);
    }
    for (const auto line : lines)
        out.append(line).append("\n");
    drawn_ = lines.size();
    return out;
}

}  // namespace plumb::agent
