#include "agent/check/watch.hpp"

#include "agent/check/output.hpp"
#include "agent/check/rounds.hpp"
#include "agent/check/table/task_words.hpp"
#include "agent/streams.hpp"
#include "base/duration.hpp"

#include <chrono>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace plumb::agent {
namespace {

using std::chrono::system_clock;

bool redraws(const CheckOptions& options) {
    const char* term = std::getenv("TERM");
    return !options.json && ::isatty(STDOUT_FILENO) == 1 &&
           (term == nullptr || std::string_view(term) != "dumb");
}

Screen::Window window_of(const Terminal& terminal) {
    constexpr std::size_t kUnknown = 24;
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
    return {known ? size.ws_row : kUnknown, static_cast<std::size_t>(terminal.width())};
}

// What was shown last of the rounds.
class Watching {
  public:
    Watching(const CheckDriver& driver, const std::vector<Prepared>& targets, const CheckOptions& options)
        : driver_(driver), targets_(targets), options_(options), in_place_(redraws(options)) {}

    // False: nobody reads it any more.
    bool show_round() {
        const Terminal terminal(STDOUT_FILENO);
        const auto now = system_clock::now();
        rounds_.add(outcomes_of(driver_), task_words(driver_.look()), now);
        code_ = exit_code(driver_);
        if (options_.json) return print(render(driver_, targets_, options_, terminal));
        table_ = render(driver_, targets_, options_, terminal);
        if (in_place_)
            return print(
                screen_.redraw(rounds_.head(*options_.watch, now, terminal) + table_, window_of(terminal)));
        return print(format_time(now) + " " + render_result(driver_, targets_));
    }

    // After the interruption: the last whole round, else what is known of the one that was cut short.
    int end() {
        const Terminal terminal(STDOUT_FILENO);
        if (rounds_.count() == 0) {
            complain("interrupted: what follows is what is known");
            print(render(driver_, targets_, options_, terminal));
            return kFailed;
        }
        if (options_.json) return code_;
        const auto head = rounds_.head(*options_.watch, system_clock::now(), terminal);
        auto window = window_of(terminal);
        window.rows = 0;  // what stays is the whole page
        const bool printed =
            in_place_ ? print(screen_.redraw(head + table_, window)) : print("\n" + head + table_);
        return printed ? code_ : kFailed;
    }

  private:
    const CheckDriver& driver_;
    const std::vector<Prepared>& targets_;
    const CheckOptions& options_;
    const bool in_place_;
    Rounds rounds_;
    Screen screen_;
    std::string table_;  // of the last whole round
    int code_ = kFailed;
};

}  // namespace

int watch(CheckDriver& driver, const std::vector<Prepared>& targets, const CheckOptions& options,
          ProgressLine& line) {
    Watching watching(driver, targets, options);
    while (true) {
        driver.run();
        line.clear();
        if (driver.interrupted()) break;
        if (!watching.show_round()) return kFailed;
        if (!driver.pause(*options.watch)) break;
    }
    return watching.end();
}

}  // namespace plumb::agent
