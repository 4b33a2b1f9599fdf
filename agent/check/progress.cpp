#include "agent/check/progress.hpp"

#include "agent/check/table/page.hpp"
#include "base/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

// Less is not worth reading.
constexpr std::chrono::milliseconds kShownWait{200};

bool moves_cursor(int descriptor) {
    const char* term = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

}  // namespace

std::string progress_words(Progress progress, std::size_t columns) {
    auto& runs = progress.in_flight;
    std::stable_sort(runs.begin(), runs.end(),
                     [](const auto& a, const auto& b) { return a.spent > b.spent; });
    auto words = fmt::format("{} of {}", progress.done, progress.targets);
    for (const auto& run : runs) {
        words += fmt::format(" · {}: ", run.dependency);
        if (run.of > 1) words += fmt::format("run {} of {}, ", run.number, run.of);
        words += run.phase;
        if (run.spent >= kShownWait)
            words += fmt::format(" {:.1f} s", std::chrono::duration<double>(run.spent).count());
    }
    return cut_words(words, columns);
}

ProgressLine::ProgressLine(bool wanted) : shows_(wanted && moves_cursor(STDERR_FILENO)) {}

void ProgressLine::show(Progress progress) {
    if (!shows_) return;
    // A line that wraps could not be written over; nor with the ^C that the terminal may write behind it.
    constexpr std::size_t kLeft = 3;
    const auto columns = static_cast<std::size_t>(std::max(Terminal(STDERR_FILENO).width(), 20)) - kLeft;
    std::fputs(("\r\x1b[K" + progress_words(std::move(progress), columns)).c_str(), stderr);
    std::fflush(stderr);
    drawn_ = true;
}

void ProgressLine::clear() {
    if (!drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace plumb::agent
