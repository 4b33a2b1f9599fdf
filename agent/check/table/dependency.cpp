#include "agent/check/table/amounts.hpp"
#include "agent/check/table/blocks.hpp"
#include "agent/check/table/layers.hpp"
#include "agent/wrap.hpp"
#include "base/duration.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace plumb::agent {
namespace {

// Of a gauge that refuses nothing at its limit, such as a cache that evicts, less is not worth a line.
constexpr double kWorthShowing = 0.5;

void write_heading(Page& page, const Group& group) {
    const auto& outcome = *group.shown;
    const bool ok = group.failed == 0;
    const auto runs = group.runs.size();
    std::string result = format_duration(outcome.total);
    if (!ok) result = fmt::format("FAILED at {}", outcome.failure->phase);
    if (runs > 1)
        result =
            ok ? fmt::format("{} runs ok", runs) : fmt::format("{} of {} runs FAILED", group.failed, runs);
    const std::pair<std::string_view, Style> mark =
        ok ? std::pair("✓", Style::green) : std::pair("✗", Style::red);
    const auto suspect = [](const Outcome* run) { return run->suspect; };
    if (std::any_of(group.runs.begin(), group.runs.end(), suspect)) result = "busy · " + result;
    page.heading(mark, group.dependency, outcome.kind, outcome.address, result,
                 ok ? Style::plain : Style::red);
}

// "tcp.timeout at connect × 2, http.status at first_byte × 1", the most frequent first.
void write_failures(Page& page, const Group& group) {
    std::map<std::string, std::size_t> counts;
    for (const auto* run : group.runs) {
        if (!run->ok())
            ++counts[fmt::format("{} at {}", to_string(run->failure->cause), run->failure->phase)];
    }
    std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string list;
    for (const auto& [words, count] : sorted)
        list += fmt::format("{}{} × {}", list.empty() ? "" : ", ", words, count);
    page.words("failed", list);
}

void write_runs(Page& page, const Group& group, const TableOptions& options) {
    const auto& outcome = *group.shown;
    const bool several = group.runs.size() > 1;
    if (several) write_spreads(page, group.runs);
    if (group.failed == 0) {
        if (!several && page.whole()) write_layers(page, outcome, {});
        if (!several && !page.whole()) write_phases(page, outcome);
        return;
    }
    if (several) {
        write_failures(page, group);
        page.line("    the last failed run:");
    }
    const auto& plain = options.connect_only;
    const bool connect_only = std::find(plain.begin(), plain.end(), group.dependency) != plain.end();
    write_layers(page, outcome, phases_ahead(outcome, options.kinds, connect_only));
}

// An address that failed is evidence, also when the next one served the run; the only one stands in the
// detail.
void write_tried(Page& page, const Outcome& outcome) {
    const auto failed = [](const Attempt& attempt) { return attempt.failed.has_value(); };
    const auto& attempts = outcome.attempts;
    if (attempts.size() == 1 && outcome.failure) return;
    if (std::none_of(attempts.begin(), attempts.end(), failed)) return;
    std::string list;
    for (const auto& attempt : attempts) {
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", attempt.address,
                            attempt.failed ? to_string(*attempt.failed) : "ok");
    }
    page.words("tried", list);
}

bool worth_showing(const Gauge& gauge) {
    if (!gauge.limit || *gauge.limit <= 0) return false;
    return gauge.refuses_at_limit || gauge.value / *gauge.limit >= kWorthShowing;
}

void write_step(Page& page, const Said& step) {
    constexpr std::size_t kColumn = 16;
    const auto at = format_duration(step.at);
    const auto label =
        fmt::format("{}{} {} ", std::string(13 - std::min<std::size_t>(13, display_width(at)), ' '), at,
                    step.sent ? "→" : "←");
    auto lines = hanging(label, step.words, kColumn, page.width());
    lines.pop_back();
    page.line(lines);
}

bool timed_out(const Outcome& outcome) {
    if (!outcome.failure) return false;
    const auto cause = outcome.failure->cause;
    return cause == Cause::dns_timeout || cause == Cause::tcp_timeout || cause == Cause::tls_timeout ||
           cause == Cause::peer_timeout;
}

void write_said(Page& page, const Outcome& outcome) {
    if (outcome.said.empty()) return;
    page.line("    on the wire:");
    for (const auto& step : outcome.said)
        write_step(page, step);
    if (!timed_out(outcome)) return;
    const std::string_view more = outcome.said.back().sent ? "" : " more";
    write_step(page, {outcome.total, false,
                      fmt::format("nothing{} until {}", more, format_duration(outcome.total))});
}

void write_everything(Page& page, const Outcome& outcome) {
    if (outcome.rtt) {
        page.joined({{"network round trip " + format_duration(*outcome.rtt), Style::plain},
                     {fmt::format("retransmits {}", outcome.retransmits), Style::plain}});
    }
    for (const auto& attempt : outcome.attempts) {
        page.line(fmt::format("    tried {} {} in {}", attempt.address,
                              attempt.failed ? to_string(*attempt.failed) : "ok",
                              format_duration(attempt.duration)));
    }
    write_said(page, outcome);
    write_facts(page, outcome.facts);
}

}  // namespace

void write_dependency(Page& page, const Group& group, const TableOptions& options, const Busy& busy,
                      CutCauses& cut) {
    const auto& outcome = *group.shown;
    write_heading(page, group);
    if (group.failed > 0 || page.whole()) page.line("    " + page.paint(Style::dim, outcome.target));
    write_runs(page, group, options);
    if (outcome.failure) write_cause(page, outcome.failure->cause, outcome.failure->detail, cut);
    if (!page.whole()) write_tried(page, outcome);
    for (const auto& gauge : outcome.gauges) {
        if (page.whole() || worth_showing(gauge)) write_gauge(page, gauge, options.kinds);
    }
    if (page.whole()) write_everything(page, outcome);
    if (!outcome.note.empty()) page.one_line("note", outcome.note);
    if (outcome.suspect && !busy.mostly())
        page.words("suspect", "this task was busy or throttled during the run; its durations may be its own");
}

void write_cut_short(Page& page, const Outcome& outcome) {
    const std::string result = outcome.failure ? "interrupted in " + outcome.failure->phase : "interrupted";
    page.heading({"-", Style::yellow}, outcome.dependency, outcome.kind, outcome.address, result,
                 Style::yellow);
    write_phases(page, outcome);
}

}  // namespace plumb::agent
