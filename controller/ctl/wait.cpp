#include "controller/ctl/wait.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "controller/judge/report/report_words.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace plumb::ctl {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int kMostPauses = 900;  // under the number of looks that a controller takes
constexpr seconds kBlindPause{10};
constexpr seconds kShortestPause{1};

nanoseconds window_of(const judge::Report& report, const char* side) {
    const auto* of = report.coverage.if_contains(side);
    const auto* length =
        of != nullptr && of->is_object() ? of->get_object().if_contains("window_s") : nullptr;
    boost::system::error_code failed;
    const double value = length == nullptr ? 0 : length->to_number<double>(failed);
    if (failed || !(value > 0) || value > 86400) return {};
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(value));
}

// Nothing new is known before another window has come. While none is known, a tenth of the time at most.
nanoseconds pause_after(const Answer<judge::Report>& answer, nanoseconds limit) {
    nanoseconds pause = std::min<nanoseconds>(kBlindPause, limit / 10);
    if (answer.ok) {
        const auto window =
            std::max(window_of(answer.value, "baseline"), window_of(answer.value, "candidate"));
        if (window.count() > 0) pause = window;
    }
    return std::max({pause, nanoseconds(kShortestPause), limit / kMostPauses});
}

}  // namespace

Answer<judge::Report> wait_for_verdict(nanoseconds limit, const AskLook& ask, const WaitClock& clock,
                                       const std::function<void(const WaitProgress&)>& tell) {
    const auto end = clock.now() + limit;
    std::optional<Answer<judge::Report>> reported;
    for (unsigned look = 1;;) {
        Answer<judge::Report> answer = ask(look);
        if (answer.ok && answer.value.verdict != judge::Verdict::insufficient) return answer;
        if (!answer.ok && !answer.trouble.transient) return answer;
        if (answer.ok) {
            ++look;
            reported = answer;
        }
        const nanoseconds left = end - clock.now();
        if (left <= nanoseconds::zero()) return reported ? std::move(*reported) : answer;
        const auto pause = std::min(pause_after(answer, limit), left);
        tell({answer, pause, left});
        clock.sleep(pause);
    }
}

std::string progress_words(const WaitProgress& progress) {
    std::string why = progress.last.trouble.message;
    if (progress.last.ok) {
        const auto missing = judge::missing_words(progress.last.value);
        why = missing.empty() || !missing.front().blocks
                  ? "the evidence does not suffice yet"
                  : missing.front().what + ": " + missing.front().reason;
    }
    return fmt::format("waiting, {} left; asking again in {}: {}", format_duration(progress.left),
                       format_duration(progress.pause), sanitize(why));
}

bool ProgressPace::due(std::chrono::steady_clock::time_point now) {
    if (!terminal_ && last_ && now - *last_ < std::chrono::minutes(1)) return false;
    last_ = now;
    return true;
}

}  // namespace plumb::ctl
