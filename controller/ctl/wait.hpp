// `gate --wait`: asks again while the evidence does not suffice, and stops as soon as it decides.
//
// Each answer is a look at evidence that grows, and whoever looks often enough sees chance once: the looks
// are numbered, and the controller shares one budget of false alarms out among them. A look that got no
// answer decided nothing and keeps its number.
#pragma once

#include "controller/ctl/client.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace plumb::ctl {

struct WaitClock {
    std::function<std::chrono::steady_clock::time_point()> now;
    std::function<void(std::chrono::nanoseconds)> sleep;
};

struct WaitProgress {  // before each pause
    const Answer<judge::Report>& last;
    std::chrono::nanoseconds pause{};
    std::chrono::nanoseconds left{};
};

using AskLook = std::function<Answer<judge::Report>(unsigned look)>;

// The first answer that promotes or holds, or a refusal that waiting does not mend; else the last answer,
// once `limit` is over, and of the reports the last where the controller was away at the end. Pauses for
// about a window of the agents'.
Answer<judge::Report> wait_for_verdict(std::chrono::nanoseconds limit, const AskLook& ask,
                                       const WaitClock& clock,
                                       const std::function<void(const WaitProgress&)>& tell);

// One line: what is missing, and when it is asked again.
std::string progress_words(const WaitProgress& progress);

// When lines may be written: each time on a terminal, where one replaces the other; else the first, and then
// at most one a minute.
class ProgressPace {
  public:
    explicit ProgressPace(bool terminal) : terminal_(terminal) {}
    bool due(std::chrono::steady_clock::time_point now);

  private:
    bool terminal_;
    std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace plumb::ctl
