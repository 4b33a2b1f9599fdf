#include "controller/ctl/judge_files.hpp"

#include "base/text.hpp"
#include "controller/judge/evidence/view.hpp"
#include "model/window_json.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <system_error>

#include <fmt/format.h>

namespace plumb::ctl {
namespace {

judge::Time end_of(const Window& window) {
    return window.start + window.length;
}

// Reads one line of at most kMaxWindowBytes; false at the end. `whole`: it ended with a newline.
enum class Line { whole, unfinished, too_long, none };

Line read_line(std::istream& in, std::string& line) {
    line.clear();
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
        if (c == '\n') return Line::whole;
        if (line.size() >= kMaxWindowBytes) return Line::too_long;
        line += static_cast<char>(c);
    }
    return line.empty() ? Line::none : Line::unfinished;
}

Result<void> each_window(const std::string& path, const std::function<void(const Window&)>& visit) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error{fmt::format("{}: {}", path, std::generic_category().message(errno))};
    std::string line;
    for (int number = 1;; ++number) {
        const Line kind = read_line(in, line);
        if (in.bad()) return Error{fmt::format("{}: cannot be read", path)};
        if (kind == Line::none) return {};
        if (kind == Line::too_long)
            return Error{fmt::format("{}:{}: longer than a window may be", path, number)};
        if (trim(line).empty()) continue;
        const auto window = parse_window(trim(line));
        if (!window && kind == Line::unfinished) return {};
        if (!window) return Error{fmt::format("{}:{}: {}", path, number, window.error().message)};
        visit(*window);
    }
}

struct Range {
    judge::Time from;
    judge::Time until;
};

// `runs_from`: as CohortBuilder::count_runs_from().
Result<judge::Cohort> cohort(const std::string& path, const JudgeFiles& files, const Range& range,
                             judge::Time runs_from = judge::Time::min()) {
    judge::CohortBuilder builder(path);
    builder.count_runs_from(runs_from);
    Selector selector;
    if (!files.service.empty()) selector.pairs.emplace("service", files.service);
    auto read = each_window(path, [&](const Window& window) {
        const judge::Time end = end_of(window);
        const bool within = end > range.from && end <= range.until;
        if (within && selector.matches(window.labels)) builder.add(window, end);
    });
    if (!read) return read.error();
    return std::move(builder).build();
}

}  // namespace

Result<judge::Report> judge_files(const JudgeFiles& files) {
    const bool earlier = files.baseline_before.count() > 0;
    if (earlier && files.since && files.baseline_before < *files.since)
        return Error{"--baseline-before: at least as long as --since, lest both sides read the same windows"};
    judge::Time now{};
    const auto note = [&](const Window& window) { now = std::max(now, end_of(window)); };
    // The files of two days end when the later one does.
    if (auto ok = each_window(files.baseline, note); !ok) return ok.error();
    if (auto ok = each_window(files.candidate, note); !ok) return ok.error();
    const judge::Time then = now - files.baseline_before;
    const auto since = files.since || !earlier ? files.since : files.baseline_before;
    const auto range_to = [&](judge::Time until) {
        return Range{since ? until - *since : judge::Time::min(), until};
    };
    auto candidate = cohort(files.candidate, files, range_to(now));
    if (!candidate) return candidate.error();
    auto baseline = cohort(files.baseline, files, range_to(then),
                           judge::runs_compared_from(*candidate, files.policy, now, files.baseline_before));
    if (!baseline) return baseline.error();
    baseline->behind = files.baseline_before;
    judge::Look look(now);
    look.explain = files.explain;
    return judge::judge(*baseline, *candidate, files.policy, look);
}

}  // namespace plumb::ctl
